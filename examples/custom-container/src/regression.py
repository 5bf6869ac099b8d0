"""A ridge regression of one column on all others."""

import pandas
from sklearn.linear_model import Ridge

TARGET = "Y"


def split(table: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series]:
    """The columns to learn from, and the one to learn."""
    if TARGET not in table:
        raise ValueError(f"the table has no column {TARGET}")
    return table.drop(columns=[TARGET]), table[TARGET]


def fit(table: pandas.DataFrame, alpha: float) -> Ridge:
    """A model of a table."""
    columns, target = split(table)
    return Ridge(alpha=alpha).fit(columns, target)


def predict(model: Ridge, table: pandas.DataFrame) -> pandas.DataFrame:
    """The table with what the model says of each row."""
    columns = table.drop(columns=[TARGET], errors="ignore")
    return table.assign(prediction=model.predict(columns))
