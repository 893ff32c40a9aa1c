"""Whatever the bytes, a reader gives a table or a DataError: never another error, never a silent NaN."""

import contextlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from arwap_analysis.errors import DataError
from arwap_analysis.sources.formats import FORMATS, STATUSES, Declaration, inspect_table, read_table
from tests.sources.formats_examples import (
    EXAMPLES,
    NOMIS_DOWNLOAD,
    NOMIS_FLAGS,
    ODATA_JSON,
    SDMX_2,
    SHEETS,
    ods_bytes,
    xlsx_bytes,
)

BASES = {
    **{name: (name, text.encode()) for name, text in EXAMPLES.items()},
    "odata_json": ("statswales_odata", ODATA_JSON.encode()),
    "nomis_download": ("nomis_csv", NOMIS_DOWNLOAD.encode()),
    "nomis_flags": ("nomis_csv", NOMIS_FLAGS.encode()),
    "sdmx_2": ("sdmx_csv", SDMX_2.encode()),
    "xlsx": ("government_workbook", xlsx_bytes(SHEETS)),
    "ods": ("government_workbook", ods_bytes(SHEETS)),
}
TRAPS = [
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"[c]",
    b"(!!)",
    b"*",
    b"\xff",
    b"\xef\xbb\xbf",
    b"9" * 400,
    b";",
    b"\t",
    b"=1",
]
QUIET = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def survives(path, data, **options):
    path.write_bytes(data)
    with contextlib.suppress(DataError):
        inspect_table(path, **options)
    tables = ()
    with contextlib.suppress(DataError):
        tables = read_table(path, **options)
    for table in tables:
        missing = table.frame["value"].isna()
        assert set(table.frame["status"]) <= set(STATUSES)
        assert not (missing & (table.frame["status"] == "published")).any()
        assert not (missing & (table.frame["reason"] == "")).any()


@QUIET
@given(data=st.binary(max_size=400))
@example(data=b"\xff\xfe\x00\xd8")
@example(data=b"\xef\xbb\xbf")
@example(data=b"PK\x05\x06" + b"\0" * 18)
def test_random_bytes(tmp_path, data):
    survives(tmp_path / "t.csv", data)


@pytest.mark.parametrize("name", FORMATS)
@settings(QUIET, max_examples=40)
@given(data=st.binary(max_size=200) | st.text(alphabet=',"\n[c]*1.x-();:', max_size=200).map(str.encode))
def test_random_bytes_in_a_format_that_was_named(tmp_path, name, data):
    declaration = Declaration(("a",), "b") if name == "declared_csv" else None
    survives(tmp_path / "t.csv", data, format=name, declaration=declaration)


@st.composite
def mutations(draw, data):
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 1, 5, 50])))
        middle = draw(st.sampled_from(TRAPS) | st.binary(max_size=4) | st.just(data[start:end] * 2))
        data = data[:start] + middle + data[end:]
    return data


@pytest.mark.parametrize("name", BASES)
@settings(QUIET, max_examples=100)
@given(source=st.data())
def test_mutations_of_a_valid_file(tmp_path, name, source):
    format_id, base = BASES[name]
    data = source.draw(mutations(base))
    survives(tmp_path / "t.csv", data, format=source.draw(st.sampled_from([None, format_id])))


@pytest.mark.parametrize("name", BASES)
def test_every_way_to_cut_a_file_short(tmp_path, name):
    format_id, base = BASES[name]
    for end in range(0, len(base), max(1, len(base) // 60)):
        survives(tmp_path / "t.csv", base[:end], format=format_id)


@st.composite
def written_in_xml(draw):
    """Return a sheet whose XML was changed, in an archive that is whole."""
    import io
    import zipfile

    from tests.sources.formats_examples import zip_bytes

    with zipfile.ZipFile(io.BytesIO(draw(st.sampled_from([BASES["xlsx"][1], BASES["ods"][1]])))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    return zip_bytes({**parts, name: draw(mutations(parts[name]))})


@settings(QUIET, max_examples=200)
@given(data=written_in_xml())
def test_mutations_inside_a_workbook(tmp_path, data):
    survives(tmp_path / "t.xlsx", data)
