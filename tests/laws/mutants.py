"""Planted bugs: each a small change of the real code that some law must notice."""

from fractions import Fraction

from phosphene import language, serialize
from phosphene.objectives import algebra, analysis, evaluate, expansion, lower, printing, tree
from phosphene.objectives.algebra import Constant, Mapped, Masked, Objective, Power, Product, Scaled, Sum, Term
from phosphene.objectives.functions import absolute
from phosphene.objectives.identity import Fingerprint

MUTANTS = {}


def mutant(plant):
    """Register a planted bug; it gets pytest's monkeypatch."""
    MUTANTS[plant.__name__] = plant
    return plant


def everywhere(patch, name, value, *modules):
    """Exchange a function in every module that has imported it."""
    for module in modules:
        patch.setattr(module, name, value)


def combine_otherwise(patch, kind, change):
    """Another meaning for one kind of node."""
    real = evaluate.combined

    def combined(node, parts, context):
        return change(node, parts) if isinstance(node, kind) else real(node, parts, context)

    everywhere(patch, "combined", combined, evaluate, lower)


@mutant
def sum_is_a_mean(patch):
    combine_otherwise(patch, Sum, lambda node, parts: (parts[0] + parts[1]) / 2)


@mutant
def sum_works_in_place(patch):
    combine_otherwise(patch, Sum, lambda node, parts: parts[0].add_(parts[1]))


@mutant
def power_is_off_by_one_when_evaluated(patch):
    combine_otherwise(patch, Power, lambda node, parts: parts[0] ** (node.exponent - 1))


@mutant
def product_detaches_a_factor(patch):
    combine_otherwise(patch, Product, lambda node, parts: parts[0].detach() * parts[1])


@mutant
def weight_is_rounded_when_evaluated(patch):
    combine_otherwise(patch, Scaled, lambda node, parts: round(float(node.weight), 1) * parts[0])


@mutant
def negation_is_minus_the_absolute_value(patch):
    patch.setattr(Objective, "__neg__", lambda self: algebra.times(Constant(Fraction(-1)), Mapped(self, absolute)))


@mutant
def text_has_no_parentheses(patch):
    patch.setattr(printing, "_inside", lambda part, precedence: part[0])


@mutant
def text_has_low_precision(patch):
    patch.setattr(printing, "show", lambda number: f"{float(number):.2g}")


@mutant
def hash_is_the_address(patch):
    patch.setattr(Objective, "__hash__", id)


@mutant
def products_drop_weights(patch):
    real = algebra.times

    def times(left, right):
        (_, a), (_, b) = algebra.split_weight(left), algebra.split_weight(right)
        return real(left, right) if algebra.ONE in (a, b) else Product(a, b)

    everywhere(patch, "times", times, algebra, tree, serialize, expansion)


@mutant
def products_forget_the_layers_of_a_factor(patch):
    real = analysis._partials

    def partials(node):
        return [Fingerprint(0), *real(node)[1:]] if isinstance(node, Product) else real(node)

    patch.setattr(analysis, "_partials", partials)


@mutant
def functions_forget_their_layers(patch):
    real = analysis._partials
    patch.setattr(analysis, "_partials", lambda node: [Fingerprint(0)] if isinstance(node, Mapped) else real(node))


@mutant
def reflected_subtraction_in_the_wrong_order(patch):
    patch.setattr(Objective, "__rsub__", lambda self, other: self - other)


@mutant
def reflected_addition_subtracts(patch):
    patch.setattr(Objective, "__radd__", lambda self, other: algebra.lift(other) - self)


@mutant
def division_multiplies(patch):
    patch.setattr(Objective, "__truediv__", lambda self, other: self * other)


@mutant
def weights_are_binary_fractions(patch):
    patch.setattr(algebra, "exact", Fraction)


@mutant
def masks_are_ignored_when_evaluated(patch):
    everywhere(patch, "masked", lambda score, image, context: score, evaluate, lower)


@mutant
def masks_are_ignored_when_compared(patch):
    patch.setattr(Fingerprint, "only", lambda self, image: self)


@mutant
def nested_masks_keep_the_last(patch):
    patch.setattr(Objective, "at", lambda self, i: Masked(self.children[0] if isinstance(self, Masked) else self, i))


@mutant
def views_are_swapped(patch):
    patch.setattr(
        tree, "seen_through", lambda term, step: Term(term.definition, term.layer, term.arguments, (*term.path, step))
    )


@mutant
def expectation_is_a_sum(patch):
    real = tree.drawn
    patch.setattr(tree, "drawn", lambda node: node.draws * real(node))


@mutant
def what_cancels_is_needed(patch):
    leaves = (Term, algebra.Coefficient)
    patch.setattr(analysis, "needed", lambda root: [node for node in tree.nodes(root) if isinstance(node, leaves)])


@mutant
def coupling_forgets_the_place_in_the_batch(patch):
    patch.setattr(analysis, "_placed", lambda leaf: False)


@mutant
def everything_is_linear(patch):
    patch.setattr(analysis, "_linear", lambda node, degrees: 1)


@mutant
def terms_lose_their_weights(patch):
    patch.setattr(analysis, "split_weight", lambda node: (Fraction(1), algebra.split_weight(node)[1]))


def table_otherwise(patch, kind, change):
    """Another row of the table for one kind of node."""
    real = serialize._head
    patch.setattr(serialize, "_head", lambda node: change(real(node)) if isinstance(node, kind) else real(node))


@mutant
def json_loses_views(patch):
    table_otherwise(patch, Term, lambda row: [*row[:-1], []])


@mutant
def json_loses_masks(patch):
    table_otherwise(patch, Masked, lambda row: ["at", 0])


@mutant
def json_loses_weights(patch):
    table_otherwise(patch, Scaled, lambda row: ["times", "1"])


@mutant
def pickle_loses_weights(patch):
    def rows(value):
        return [["times", "1", *row[2:]] if row[0] == "times" else row for row in serialize.to_table(value)]

    patch.setattr(Objective, "__reduce__", lambda self: (serialize.from_table, (rows(self),)))


@mutant
def subtraction_is_read_backwards(patch):
    patch.setitem(language.BINARY, "-", (language.SUM, lambda a, b: b - a))


@mutant
def powers_are_read_after_products(patch):
    patch.setitem(language.BINARY, "**", (language.SUM, pow))


@mutant
def fused_terms_ignore_masks(patch):
    patch.setattr(lower.Linear, "score", lambda self, here, context: self.weight * lower.leaf_score(self.term, here))


@mutant
def lowering_drops_constants(patch):
    real = lower._summed
    patch.setattr(lower, "_summed", lambda node: lower.Summed(real(node).fused, real(node).others, 0.0))


@mutant
def lowering_keeps_the_order_of_the_text(patch):
    patch.setattr(lower, "sorted", lambda items, key=None: list(items), raising=False)


@mutant
def power_is_off_by_one(patch):
    real = algebra.power
    everywhere(patch, "power", lambda base, n: real(base, n + (n > 1)), algebra, tree)


@mutant
def expansion_is_off_by_one(patch):
    real = expansion._raise
    patch.setattr(expansion, "_raise", lambda base, n, ceiling: real(base, n - 1, ceiling))


@mutant
def terms_compare_without_their_arguments(patch):
    real = algebra.element
    patch.setattr(algebra, "element", lambda *key: real(key[0], key[1][:6]) if key[0] == "term" else real(*key))


@mutant
def functions_compare_without_their_names(patch):
    real = algebra.element
    patch.setattr(algebra, "element", lambda *key: real("map", key[2]) if key[0] == "map" else real(*key))


@mutant
def weights_compare_by_their_numerators(patch):
    patch.setattr(Fingerprint, "of", staticmethod(lambda number: Fingerprint(number.numerator % (2**127 - 1))))
