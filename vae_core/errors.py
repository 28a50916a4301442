"""The exceptions that this library raises, with messages meant to be shown to people.

    VaeError
    ├── ConfigError        a field of a config outside its bounds
    ├── DataError          a source of digits that cannot be used
    ├── SettingError       an environment variable that is not understood
    ├── LatentPointError   a z that is not two finite numbers within the bounds
    ├── TrainingDiverged   a training whose loss or weights are no longer finite
    ├── TrainingFailed     a training that ended for any other reason: no memory, a full disk
    ├── TrainingOff        training is switched off on this server, or its queue is full
    ├── ComputationFailed  a report or a heatmap that could not be computed: no memory, its process was killed
    └── RunError           a run that cannot be used
        ├── RunNotFound        no run has this id
        ├── NoEncoder          a run that cannot place digits in the plane: a GAN
        ├── RunDamaged         a file of the run is missing, truncated or not what the format says
        ├── RunNotWritable     a run cannot be created, changed or deleted
        └── RunBusy            another process is training or changing this run

Every message says what was expected, what was found, and what to do. A page shows it as it is; the command line prints
it as one line and exits with status 2.
"""


class VaeError(Exception):
    """The base class of all of them: catch it where messages are shown to people."""


class ConfigError(VaeError):
    pass


class DataError(VaeError):
    pass


class SettingError(VaeError):
    pass


class LatentPointError(VaeError):
    pass


class LatticeError(VaeError):
    pass


class TrainingDiverged(VaeError):
    pass


class TrainingFailed(VaeError):
    pass


class TrainingOff(VaeError):
    pass


class ComputationFailed(VaeError):
    pass


class RunError(VaeError):
    pass


class RunNotFound(RunError):
    pass


class NoEncoder(RunError):
    pass


class RunDamaged(RunError):
    pass


class RunNotWritable(RunError):
    pass


class RunBusy(RunError):
    pass


def one_line(error: BaseException) -> str:
    """The message of another library's exception, in one line of at most 300 characters, without the full stop.

    The name of its class if it has no message.
    """
    return " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
