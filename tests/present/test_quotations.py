"""Words that people said, in a page: as they are, harmless, and in their language."""

from arwap_analysis.present.exhibit import Statements
from arwap_analysis.present.quotations import Quoted, quotations_html

HOSTILE = "<script>window.ran = true</script> & \u202etxet"


def test_words_stay_text_and_controls_are_named():
    quoted = (Quoted(HOSTILE, "en", HOSTILE, HOSTILE),)
    shown = Statements("quotations", (HOSTILE,), role="quotations", quoted=quoted)
    data, _ = shown._repr_mimebundle_()
    assert "<script" not in data["text/html"]
    assert "\u202e" not in data["text/html"] + data["text/plain"]
    assert data["text/html"].count("&lt;script&gt;") == 3


def test_words_of_the_language_of_the_page_need_no_mark_and_others_have_one():
    quoted = [Quoted("Hello", "en", "A", "One"), Quoted("Helo", "cy", "B", "One"), Quoted("Da", "cy", "B", "Two")]
    html = quotations_html(quoted, language="en")
    assert html.count('lang="cy"') == 2
    assert 'lang="en"' not in html
    assert html.count("<h3") == 2
    assert html.index("Hello") < html.index("Helo") < html.index("Two")
