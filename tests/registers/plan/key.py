"""The key to the excerpt of the Plan, written by reading its two tables; nothing here was made by the importer.

Anti-racist Wales Action Plan, Welsh Government, June 2022 (Open Government Licence v3.0): the tables on leadership.
Each action is told by its first words. Deadlines are the first and the last day that the words allow.
"""

GOAL = "To create a sizeable shift in culture, including behaviour change, within the organisation, towards values and"
HEADING = "Demonstrate visible commitment to anti-racism"

ACTIONS = [
    {
        "begins": "Every senior leader (Senior Civil Servant) within the Welsh Government will be required",
        "goal": GOAL,
        "outputs": "Permanent Secretary will announce and explain the requirement",
        "impact": "The Welsh Government Board and all senior leaders will have committed",
        "by_when": "April 2023.",
        "deadlines": [("2023-04-01", "2023-04-30")],
        "leads": [
            ("lead", "Permanent Secretary for the Welsh Government"),
            ("partner", "Welsh Government Human Resources"),
        ],
        "dates_in_text": [("action", "2023-03-31")],
        "measurable": False,
    },
    {
        "begins": "Provide key support, including induction, training, coaching/mentoring",
        "goal": GOAL,
        "outputs": "Programme of events, reverse mentoring and anti-racist coaching",
        "impact": "Every senior leader will be aware of what anti-racist behaviours look like",
        "by_when": "April 2023.",
        "deadlines": [("2023-04-01", "2023-04-30")],
        "leads": [("lead", "Welsh Government Human Resources"), ("partner", "Anti-racist Wales Implementation Team")],
        "dates_in_text": [("outputs", "2022-06-30")],
        "measurable": False,
    },
    {
        "begins": "Academi Wales will develop leadership behaviours that will be part of the Leadership",
        "goal": GOAL,
        "outputs": "Academi Wales to review and co-design the public service leadership behaviours",
        "impact": "",
        "by_when": "April 2023.",
        "deadlines": [("2023-04-01", "2023-04-30")],
        "leads": [("lead", "Academi Wales"), ("named", "Welsh Government's Chief Operating officer")],
        "dates_in_text": [],
        "measurable": False,
    },
    {
        "begins": "Facilitate bespoke opportunities including mentoring, coaching, community mentorship",
        "goal": None,
        "outputs": "A suite of opportunities available from across public and third sector",
        "impact": "More women and people from ethnic minority groups in leadership roles.",
        "by_when": "In place by end of 2023.",
        "deadlines": [("2023-12-31", "2023-12-31")],
        "leads": [("lead", "Public Bodies Unit")],
        "dates_in_text": [],
        "measurable": True,
    },
    {
        "begins": "Expand the availability of opportunities for community leaders to be involved",
        "goal": None,
        "outputs": "Outreach programme developed, community leaders engaged and budget identified",
        "impact": "Expert lived experience built into policy - making and delivery decision.",
        "by_when": "By Summer 2023.",
        "deadlines": [("2023-06-01", "2023-08-31")],
        "leads": [("lead", "Anti-racist Wales Implementation Team")],
        "dates_in_text": [],
        "measurable": False,
    },
    {
        "begins": "Develop a cadre of highly committed allies across public services",
        "goal": None,
        "outputs": "Expectation that public bodies create a programme of events and guidance",
        "impact": "All leaders at all levels of the organisation will have exposure to",
        "by_when": "By end 2022. By summer 2023.",
        "deadlines": [("2022-12-31", "2022-12-31"), ("2023-06-01", "2023-08-31")],
        "leads": [("lead", "Public Bodies Unit")],
        "dates_in_text": [],
        "measurable": False,
    },
]

# Counted on a calendar. A deadline of the day itself is due. 2022-12-31 to 2023-04-30: 31 + 28 + 31 + 30 = 120 days;
# 2023-04-30 to 2023-08-31: 31 + 30 + 31 + 31 = 123; to 2023-12-31: 123 + 30 + 31 + 30 + 31 = 245.
ON_2023_04_30 = [("due", 0), ("due", 0), ("due", 0), ("due", 245), ("due", 123), ("overdue", 120)]
# 2026-11-24 is day 328 of its year. From 2022-12-31: 365 (2023) + 366 (2024) + 365 (2025) + 328 = 1424; from
# 2023-04-30, 120 less: 1304; from 2023-08-31, day 243: 1424 - 243 = 1181; from 2023-12-31: 1424 - 365 = 1059.
ON_2026_11_24 = [
    ("overdue", 1304), ("overdue", 1304), ("overdue", 1304), ("overdue", 1059), ("overdue", 1181), ("overdue", 1424),
]  # fmt: skip
