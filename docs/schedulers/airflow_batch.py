"""Airflow: make the reports that are not up to date, every night, as one task (written for Airflow 3).

The task runs the project's own environment, so that Airflow's needs none of its packages. Code 1 (a report failed) and
2 (bad input) fail the task. A retry makes only what is not made yet; that mends a full disk or a lost network drive,
not a fault of a report. When the task is stopped, Airflow sends SIGTERM and the batch cleans up.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="evidence_reports",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
) as dag:
    BashOperator(
        task_id="batch",
        cwd="/srv/reviews",
        bash_command="exec .venv/bin/arwap batch params --quiet --report-timeout 1800",
        append_env=True,
        execution_timeout=timedelta(hours=6),
        retries=1,
        retry_delay=timedelta(minutes=10),
    )
