# ruff: noqa: E501 - lines of files stand as publishers write them
"""Small files in the layout of each publisher, with numbers made up."""

from __future__ import annotations

import io
import json
import zipfile
from xml.sax.saxutils import escape, quoteattr

__all__ = ["EXAMPLES", "ods_bytes", "xlsx_bytes", "zip_bytes"]

STATSWALES = """Data values,Data description,Year,Local Authority,Ethnic Background,Notes
475,Number of pupils,2024/25,Bridgend,White British,
"1,080",Number of pupils,2024/25,Cardiff,White British,p
[c],Number of pupils,2024/25,Bridgend,Caribbean,
,Number of pupils,2024/25,Cardiff,Caribbean,c
"""
PIVOT = """ethnic_group,2011-12,2012-13,Total
White,"(!) 13,195","13,365","26,560"
Mixed,(!!) 160,.,*
Black or Black British,..,-,345
"""
ODATA = """Data,Area_Code,Area_ItemName_ENG,Area_SortOrder,Ethnicity_Code,Ethnicity_ItemName_ENG,RowKey,PartitionKey
12.5,W06000015,Cardiff,1,10,White,0001,
*,W06000015,Cardiff,1,20,Mixed,0002,
"""
ODATA_JSON = json.dumps(
    {
        "odata.metadata": "made up",
        "value": [
            {"Data": 12.5, "Area_Code": "W06000015", "Area_ItemName_ENG": "Cardiff", "RowKey": "1"},
            {"Data": "..", "Area_Code": "W06000022", "Area_ItemName_ENG": "Newport", "RowKey": "2"},
        ],
    }
)
NOMIS = """DATE,DATE_NAME,GEOGRAPHY,GEOGRAPHY_NAME,GEOGRAPHY_CODE,GEOGRAPHY_TYPE,C2021_ETH_20,C2021_ETH_20_NAME,MEASURES,MEASURES_NAME,OBS_VALUE,OBS_STATUS,OBS_STATUS_NAME,OBS_CONF,OBS_CONF_NAME,URN,RECORD_OFFSET,RECORD_COUNT
2021,2021,637534232,Cardiff,W06000015,local authorities,1,White,20100,Value,300,A,Normal Value,F,Free,1,0,2
2021,2021,637534232,Cardiff,W06000015,local authorities,2,Mixed,20100,Value,,Q,These figures are suppressed as not reliable,F,Free,2,1,2
"""
NOMIS_DOWNLOAD = """"QS201EW - Ethnic group"
"ONS Crown Copyright Reserved [from Nomis on 1 February 2024]"

"population","All usual residents"
"units","Persons"
"date","2011"

"local authority","mnemonic","All categories: Ethnic group","White","Mixed"
"Cardiff","W06000015",330,300,30
"Newport","W06000022",140,130,10

"In order to protect against disclosure of personal information, records have been swapped."
"""
NOMIS_FLAGS = """"Business Register and Employment Survey : open access"
"ONS Crown Copyright Reserved [from Nomis on 1 February 2024]"

"date","2022"
"units","Persons"

"local authority","mnemonic","All","","White","","Mixed","Flags"
"Cardiff","W06000015",330,,300,"r",-,
"Newport","W06000022",140,"*",,"!",~,
"Powys","W06000023",90,"#",..,,10,"A"

"-","These figures are missing. The level of rounding applied varies by estimate."
"! Estimate and confidence interval not available since the group sample size is zero or disclosive (0-2)"
"'*' Estimate and confidence interval unreliable since the group sample size is small (3-9)"
"~","Estimate is less than 500"
"r = revised"
"A person is counted once."
"""
CENSUS = """Lower tier local authorities Code,Lower tier local authorities,Ethnic group (20 categories) Code,Ethnic group (20 categories),Observation
W06000015,Cardiff,1,"Asian, Asian British or Asian Welsh: Bangladeshi",5000
W06000015,Cardiff,-8,Does not apply,0
"""
EFF = """Measure,Time,Time_type,Ethnicity,Ethnicity_type,Geography,Geography_code,Geography_type,Value,Numerator,Denominator,Value_note
Stop and search rate,2022/23,Financial year,White,ONS 2011 5+1,Gwent,W15000001,PFA,8.5,850,100000,
Stop and search rate,2022/23,Financial year,Mixed,ONS 2011 5+1,Gwent,W15000001,PFA,?,!,900,small sample
Stop and search rate,2022/23,Financial year,Other,ONS 2011 5+1,Gwent,W15000001,PFA,N/A,,,
"""
STOPS = """Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,Outcome linked to object of search,Removal of more than just outer clothing
Person search,2024-05-01T10:00:00+00:00,,,51.1,-3.1,Male,18-24,White - English/Welsh/Scottish/Northern Irish/British,White,Misuse of Drugs Act 1971,Controlled drugs,Arrest,,False
Person search,2024-05-31T23:59:00+00:00,,,51.1,-3.1,Male,18-24,White - English/Welsh/Scottish/Northern Irish/British,White,Misuse of Drugs Act 1971,Controlled drugs,Arrest,,False
Person search,2024-05-02T10:00:00+00:00,,,,,Female,over 34,,Black,Misuse of Drugs Act 1971,Controlled drugs,A no further action disposal,,False
"""
SDMX_1 = """DATAFLOW,FREQ,ETHNICITY,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,DECIMALS,UNIT_MULT
WG:PUPILS(1.0),A,WHITE,W92000004,2021,1.25E3,A,0,0
WG:PUPILS(1.0),A,MIXED,W92000004,2021,,Q,0,0
WG:PUPILS(1.0),A,BLACK,W92000004,2021,40,U,0,3
"""
SDMX_2 = """STRUCTURE,STRUCTURE_ID,ACTION,ETHNICITY: Ethnic group,TIME_PERIOD: Time,OBS_VALUE: Value,OBS_STATUS: Status
dataflow,WG:PUPILS(2.0),I,WHITE: White,2021,1250,A: Normal value
dataflow,WG:PUPILS(2.0),I,MIXED: Mixed,2021,NaN,M: Cannot exist
"""
EXAMPLES = {
    "statswales_csv": STATSWALES,
    "statswales_pivot": PIVOT,
    "statswales_odata": ODATA,
    "nomis_csv": NOMIS,
    "ons_census_csv": CENSUS,
    "eff_csv": EFF,
    "police_stops_csv": STOPS,
    "sdmx_csv": SDMX_1,
}
SHEETS = {
    "Cover": [["Pupils by ethnic group"], ["Published by nobody"]],
    "Notes": [["Note number", "Note text"], ["note 1", "Rounded to 5"]],
    "Table_1": [
        ["Table 1: pupils"],
        ["This worksheet contains one table."],
        ["Ethnic group", "Year", "Pupils [note 1]", "Share"],
        ["White", 2023, 16980, "97.5"],
        ["Mixed", 2023, "[c]", "[low]"],
        ["Asian", 2023, 25, "[x]"],
    ],
    "Table_2": [
        ["Table 2"],
        [],
        ["Area", "2022", "2023"],
        ["Cardiff", 10, "20 [p]"],
        [],
        ["Table 3"],
        ["Area", "2022", "2023"],
        ["Newport", 30, 40],
    ],
}


def zip_bytes(parts: dict[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def xlsx_bytes(
    sheets: dict[str, list[list[object]]], *, cell=None, tail: str = "", more: dict[str, str | bytes] | None = None
) -> bytes:
    """Return a workbook; `cell` may give the XML of a value, `tail` stands after the rows of each sheet."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts: dict[str, str | bytes] = {}
    names, links = [], []
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        names.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>')
        links.append(f'<Relationship Id="rId{number}" Type="{relation}/worksheet" Target="worksheets/s{number}.xml"/>')
        body = []
        for row, values in enumerate(rows, start=1):
            cells = []
            for column, value in enumerate(values):
                at = f"{chr(65 + column)}{row}"
                made = cell(value, at) if cell else None
                if made is None and isinstance(value, str):
                    made = f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
                cells.append(made or f'<c r="{at}"><v>{value}</v></c>')
            body.append(f'<row r="{row}">{"".join(cells)}</row>')
        parts[f"xl/worksheets/s{number}.xml"] = (
            f"<worksheet {main}><sheetData>{''.join(body)}</sheetData>{tail}</worksheet>"
        )
    parts["xl/workbook.xml"] = f'<workbook {main} xmlns:r="{relation}"><sheets>{"".join(names)}</sheets></workbook>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{package}">{"".join(links)}</Relationships>'
    return zip_bytes(parts | (more or {}))


def ods_bytes(sheets: dict[str, list[list[object]]], *, cell=None, prolog: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    tables = []
    for name, rows in sheets.items():
        body = []
        for values in rows:
            cells = []
            for value in values:
                made = cell(value) if cell else None
                if made is None and isinstance(value, str):
                    made = f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
                cells.append(
                    made
                    or f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value:,}</text:p></table:table-cell>'
                )
            cells.append('<table:table-cell table:number-columns-repeated="16000"/>')
            body.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        body.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>')
        tables.append(f"<table:table table:name={quoteattr(name)}>{''.join(body)}</table:table>")
    content = (
        f"{prolog}<office:document-content {names}><office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zip_bytes({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
