"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const [tools, words, status, shown, nothing] = ["tools", "words", "status", "shown", "nothing"].map(get);
  // Accents fold away, so that "ty" finds "Tŷ".
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => ({ row, text: fold(row.textContent) }));
  const choose = () => {
    const wanted = fold(words.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text } of rows) {
      row.hidden = !(
        (!status.value || row.dataset.status === status.value) && wanted.every((word) => text.includes(word))
      );
      count += !row.hidden;
    }
    nothing.hidden = count > 0;
    const said = shown.dataset.words.replace("{shown}", count).replace("{total}", rows.length);
    if (shown.textContent !== said) shown.textContent = said;
  };
  words.addEventListener("input", choose);
  status.addEventListener("change", choose);
  get("clear").addEventListener("click", () => {
    words.value = status.value = "";
    choose();
    words.focus();
  });
  tools.hidden = false;
  choose();
})();
