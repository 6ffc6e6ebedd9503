"""Examples of the ops of Decimals, one of the parts of :mod:`tests.engines.op_examples`."""

from __future__ import annotations

from decimal import Decimal

from belljar.ir.ops import DECIMAL_METHODS
from tests.engines.examples import Example, V, bad, ok

DECIMAL = {name: index for index, name in enumerate(DECIMAL_METHODS)}

DECIMAL_EXAMPLES: tuple[Example, ...] = (
    ok("decimal.new", V("any", "-1.50"), gives=Decimal("-1.50")),
    bad("decimal.new", V("any", "one"), fault="E0772"),
    bad("decimal.new", V("any", None), fault="E0771"),
    bad("decimal.new", V("any", (0, (1, 2), "x")), fault="E0719"),
    bad("decimal.new", V("any", 2**3000), fault="E0770"),
    ok("decimal.call", 3, V("any", Decimal(2)), gives=Decimal(2).sqrt(), extra=16),
    bad("decimal.call", 3, V("any", Decimal(-2)), fault="E0772"),
    bad("decimal.call", DECIMAL["floor"], V("any", Decimal("Infinity")), fault="E0504"),
    bad("decimal.call", DECIMAL["to_int"], V("any", Decimal("NaN")), fault="E0509"),
    bad("decimal.call", DECIMAL["as_integer_ratio"], V("any", Decimal("NaN")), fault="E0719"),
    bad("decimal.call", DECIMAL["as_integer_ratio"], V("any", Decimal("-Infinity")), fault="E0770"),
    bad("decimal.call", DECIMAL["quantize"], V("any", Decimal(1)), V("any", 0.5), fault="E0771"),
    bad("decimal.call", DECIMAL["fma"], V("any", Decimal("1E+999999")), V("any", 10), V("any", 1), fault="E0774"),
    bad("decimal.call", DECIMAL["logb"], V("any", Decimal(0)), fault="E0773"),
    bad("decimal.new", V("any", (0, (1, 2))), fault="E0719"),
    bad("decimal.new", V("any", "1" * 2000), fault="E0770"),
    bad("decimal.call", DECIMAL["to_int"], V("any", Decimal("Infinity")), fault="E0504"),
    bad("decimal.call", DECIMAL["as_integer_ratio"], V("any", Decimal("Infinity")), fault="E0770"),
    bad("decimal.call", DECIMAL["quantize"], V("any", Decimal(1)), V("any", "a"), fault="E0771"),
    bad("decimal.call", DECIMAL["scaleb"], V("any", Decimal("1e999999")), V("any", 1), fault="E0774"),
)
