"""Free text: which rows hold a word, however it is spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_registry.core.ledger.reading.cell import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEARCHED = ("code", "name", "address", "township", "uscc")
"""Columns in which a free text is looked for."""


def folded(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring the searched columns to the form in which two spellings are equal.

    Parameters
    ----------
    frame
        Rows; a searched column that it lacks is empty.

    Returns
    -------
    pandas.DataFrame
        `SEARCHED`, index as the frame's; what is missing is an empty text.

    Examples
    --------
    >>> folded(pd.DataFrame({"name": ["Ａ 厂"]}))[["name", "uscc"]].to_dict("records")
    [{'name': 'a厂', 'uscc': ''}]
    """
    columns = {name: _folded(frame[name]) if name in frame else "" for name in SEARCHED}
    return pd.DataFrame(columns, index=frame.index, dtype="str")


def _folded(column: pd.Series[str]) -> pd.Series[str]:
    codes, words = pd.factorize(column)
    said = np.array([fold(word) for word in words] + [""], dtype=object)
    return pd.Series(said[codes], index=column.index, dtype="str")


def holding(said: pd.DataFrame, text: str) -> NDArray[np.bool_]:
    """Tell which rows hold a text in any searched column.

    Parameters
    ----------
    said
        From `folded`, ``(n,)``.
    text
        What to look for; case, width and blanks do not matter.

    Returns
    -------
    numpy.ndarray
        Boolean mask, ``(n,)``.

    Examples
    --------
    >>> holding(folded(pd.DataFrame({"name": ["Ａ 厂", "B"], "code": ["1", None]})), "a厂").tolist()
    [True, False]
    """
    wanted = fold(text)
    hit = np.zeros(len(said), dtype=bool)
    for name in SEARCHED:
        hit |= said[name].str.contains(wanted, regex=False).to_numpy(dtype=bool)
    return hit
