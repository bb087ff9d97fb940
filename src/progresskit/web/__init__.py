"""The gateway: a hub, served to browsers. Needs the extra ``web``."""

from progresskit.errors import MissingDependencyError, NotAuthenticated

try:
    import starlette  # noqa: F401 - asked for here, so that its absence has one clear message
except ImportError as error:
    raise MissingDependencyError.for_extra(package="starlette", extra="web") from error

from progresskit.web.access import Action, Grant, allow_anyone, bearer_token
from progresskit.web.app import Gateway
from progresskit.web.limits import Limits

__all__ = ["Action", "Gateway", "Grant", "Limits", "NotAuthenticated", "allow_anyone", "bearer_token"]
