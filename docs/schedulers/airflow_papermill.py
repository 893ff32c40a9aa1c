"""Airflow: execute one notebook by the PapermillOperator, where a team has it already (written for Airflow 3).

Use airflow_batch.py where you can. This way leaves an executed notebook and nothing else. What is lost:

- checks: a mistyped parameter is a warning in a log and the notebook runs on its default; data are not checked before;
- isolation: the kernel shares folders, temporary files and environment with others, and has no seed, no limit of
  memory or output, and nothing that ends what a notebook leaves running;
- safe outputs: the notebook is overwritten while it runs, so that a failure destroys the earlier report; there is no
  report.html, data.csv, manifest.json, batch.json or index.html, and nothing is ever up to date.

The kernel runs in Airflow's own environment, which needs arwap_analysis and its packages. ARWAP_PROJECT has to be set
for the worker (to /srv/reviews), because the operator chooses no working folder and the notebook has to find its data.
"""

from datetime import datetime, timedelta

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG

with DAG(
    dag_id="evidence_report_by_papermill",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
) as dag:
    PapermillOperator(
        task_id="homelessness",
        input_nb="/srv/reviews/notebooks/evidence_review.ipynb",
        # A name for each day, so that a failure does not overwrite the report of the day before.
        output_nb="/srv/reviews/outputs/papermill/homelessness-{{ ds }}.ipynb",
        parameters={"indicator": "homeless_households_eligible", "reference_group": "white"},
        kernel_name="python3",
        execution_timeout=timedelta(hours=1),
    )
