"""How rules come to act: one TorchFunctionMode sees every call of a forward pass, and hands some of them to a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ...errors import BadArgument
from ..depth import carry
from ..vision import Vision
from .base import SITES, Call, Rule, Running, clash
from .calls import LAYERS, READERS, with_branch
from .scope import check_names, watched


class Watch(TorchFunctionMode):
    """Finds the calls at some sites during a forward pass; `met` says what becomes of each."""

    def __init__(self, sites: Iterable[str]) -> None:
        super().__init__()
        self.sites = frozenset(sites)
        self.deep = "residual" in self.sites

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run one call, through `met` where it is at one of the sites."""
        kwargs = kwargs or {}
        call = None
        if (reader := READERS.get(func)) is not None and (call := reader(*args, **kwargs)) is not None:
            call = with_branch(call) if call.site == "residual" and self.deep else call
        if call is None or call.site not in self.sites:
            result = func(*args, **kwargs)
        else:
            result = self.met(call, partial(func, *args, **kwargs))
        if self.deep:
            carry(result, args, kwargs, func in LAYERS)
        return result

    def met(self, call: Call, run: Callable[[], Any]) -> Any:
        """What becomes of a call at one of the sites."""
        raise NotImplementedError


class Census(Watch):
    """Counts the calls: how many there are at each site, and which of some rules would change each."""

    def __init__(self, rules: Iterable[Rule] = (), running: Running = lambda names: True) -> None:
        super().__init__(SITES)
        self.rules, self.running = list(rules), running
        self.counts = dict.fromkeys(SITES, 0)
        self.claims: list[tuple[str, list[Rule]]] = []

    def met(self, call: Call, run: Callable[[], Any]) -> Any:
        """Count it."""
        self.counts[call.site] += 1
        self.claims.append(
            (call.site, [one for one in self.rules if call.site in one.sites and one.inside(self.running)])
        )
        return run()


class Bend(Watch):
    """Lets rules change the backward pass of their calls, and counts how often each did."""

    def __init__(self, rules: tuple[Rule, ...], running: Running) -> None:
        super().__init__(site for rule in rules for site in rule.sites)
        self.rules = {site: [(rule, repr(rule)) for rule in rules if site in rule.sites] for site in self.sites}
        self.running, self.scoped = running, any(rule.scopes for rule in rules)
        self.counts = {repr(rule): 0 for rule in rules}

    def met(self, call: Call, run: Callable[[], Any]) -> Any:
        """Run it through its rule."""
        found = self.rules[call.site]
        if self.scoped:
            found = [one for one in found if one[0].inside(self.running)]
        if not found:
            return run()
        if len(found) > 1:
            raise clash(found[0][0], found[1][0], call.site)
        rule, name = found[0]
        self.counts[name] += 1
        bent = torch.is_grad_enabled() and any(x.requires_grad for x in call.inputs)
        return rule.apply(call._replace(run=run)) if bent or rule.replaces else run()


@contextmanager
def applied(rule: Rule | tuple[()] | None, step: int = 0, vision: Vision | None = None) -> Iterator[dict[str, int]]:
    """Forward passes made while this is open have the rule's backward pass; yields the number of matches by rule.

    step: the number of the update, from 0; a rule whose time has passed is as if absent.  vision: the network, which
    rules with a scope need (`rule.at("layer4")`).  A rule with alternatives has to be resolved for a network first, by
    `check`. The way back is recorded in the forward pass: `backward()` may come later.  Errors: BadArgument,
    UnknownLayer.
    """
    if rule is None or rule == ():
        yield {}
        return
    if not isinstance(rule, Rule) or len(rule.alternatives()) != 1:
        raise BadArgument(
            f"applied({rule!r})", "a rule without alternatives expected", "resolve it first: rules.check(rule, model)"
        )
    rules = tuple(one for one in rule.alternatives()[0] if one.active(step))
    if not rules:
        yield {}
        return
    for one in (one for one in rules if one.scopes):
        if vision is None:
            raise BadArgument(
                f"applied({rule!r})", "the network whose modules it names expected", "write applied(rule, vision=model)"
            )
        check_names(one, vision)
    with watched(rules, vision) as running, Bend(rules, running) as bend:
        yield bend.counts
