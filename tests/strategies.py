"""The strategies of the suite are those that users get."""

from phosphene.testing import *  # noqa: F403
