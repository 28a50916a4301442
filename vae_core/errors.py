"""What can go wrong, in words meant for the person who reads them.

    VaeError
    ├── ConfigError        a field of TrainingConfig outside its bounds
    ├── DataError          a source of digits that cannot be used
    ├── LatentPointError   a z that is not two finite numbers within the bounds
    ├── TrainingDiverged   a training whose loss or weights are no longer finite
    ├── TrainingFailed     a training that something else ended: no memory, a full disk
    ├── TrainingOff        this server takes no trainings
    └── RunError           a run that cannot be used
        ├── RunNotFound        no run has this id
        ├── RunDamaged         a file of the run is missing, truncated or not what the format says
        ├── RunNotWritable     the runs' directory takes no new run, or a run no change
        └── RunBusy            a worker is training this run

Every message says what was expected, what was found, and what to do. A page shows it as it is; the command line prints
it as one line and exits with status 2.
"""


class VaeError(Exception):
    """The root: catch it where a message is shown."""


class ConfigError(VaeError):
    pass


class DataError(VaeError):
    pass


class LatentPointError(VaeError):
    pass


class TrainingDiverged(VaeError):
    pass


class TrainingFailed(VaeError):
    pass


class TrainingOff(VaeError):
    pass


class RunError(VaeError):
    pass


class RunNotFound(RunError):
    pass


class RunDamaged(RunError):
    pass


class RunNotWritable(RunError):
    pass


class RunBusy(RunError):
    pass


def one_line(error: BaseException) -> str:
    """What another library's exception says, short enough to stand in a sentence of ours."""
    return " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
