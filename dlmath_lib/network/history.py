"""What training leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Evaluation", "History", "TrainingDiverged"]


class Evaluation(NamedTuple):
    """What a network does on some examples.

    Attributes
    ----------
    loss : float
        The mean over the examples.
    accuracy : float or None
        The share of right answers; None where numbers are predicted.
    """

    loss: float
    accuracy: float | None


@dataclass
class History:
    """One number for each epoch.

    Attributes
    ----------
    loss, accuracy : list of float
        The means over the epoch's batches, each measured before the step that it led to: early batches of an epoch
        are judged by older weights. ``accuracy`` stays empty where numbers are predicted.
    validation_loss, validation_accuracy : list of float
        Measured at the end of the epoch; empty without validation data.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """The number of complete epochs."""
        return len(self.loss)

    def record(self, training: Evaluation, validation: Evaluation | None) -> None:
        """Append one epoch.

        Parameters
        ----------
        training : Evaluation
            The means over the epoch's batches.
        validation : Evaluation or None
            What was measured at its end.

        Returns
        -------
        None
        """
        for name, value in (("loss", training.loss), ("accuracy", training.accuracy)):
            if value is not None:
                getattr(self, name).append(value)
        for name, value in validation._asdict().items() if validation else ():
            if value is not None:
                getattr(self, f"validation_{name}").append(value)

    def latest(self) -> dict[str, str]:
        """The last epoch, for the progress bar.

        Parameters
        ----------
        None.

        Returns
        -------
        dict
            For each series that is not empty its name, and its last number as text.
        """
        return {name.replace("_", " "): f"{values[-1]:.4g}" for name, values in vars(self).items() if values}

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {value}" for name, value in self.latest().items())
        return f"History({self.epochs} epochs" + (f", {numbers})" if numbers else ")")


class TrainingDiverged(FloatingPointError):
    """Training ran out of the numbers.

    Attributes
    ----------
    epoch : int
        The epoch in which it happened, counted from 1.
    history : History
        The complete epochs before it. The network has the weights of the end of the last of them.
    """

    def __init__(self, message: str, epoch: int, history: History) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.history = history
