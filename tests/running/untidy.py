"""Adapters that compute rightly and leave something behind, each its own."""

from __future__ import annotations

import random
import warnings

import numpy as np

from tests.running.toy import Toy


class Untidy(Toy):
    """Does its `habit` in each vjp."""

    def vjp(self, function, primals, cotangents):
        self.habit()
        return super().vjp(function, primals, cotangents)

    def habit(self):
        """Nothing."""


class Printing(Untidy):
    def habit(self):
        print("epoch 1")


class Drawing(Untidy):
    def habit(self):
        np.random.rand()


class Seeding(Untidy):
    def habit(self):
        random.seed(0)


class Silencing(Untidy):
    def habit(self):
        warnings.simplefilter("ignore")


class Raising(Untidy):
    def habit(self):
        np.seterr(under="raise")


class Rounding(Untidy):
    def habit(self):
        np.set_printoptions(precision=3)


class Lasting(Untidy):
    """Its library computes in single precision from the first vjp on: there is no way back."""

    bits = 64

    def habit(self):
        self.bits = 32

    def settings(self):
        return {"the default dtype": f"float{self.bits}"}


class Halving(Lasting):
    """The same until it is reset."""

    def reset(self):
        self.bits = 64


class Untold(Untidy):
    """Does not tell its settings."""

    def settings(self):
        raise RuntimeError("no settings today")


class UntoldLater(Untidy):
    """Tells its settings until the first vjp."""

    known = True

    def habit(self):
        self.known = False

    def settings(self):
        if not self.known:
            raise RuntimeError("no settings today")
        return {}


class Messy(Drawing):
    """Two things at once, and in an array's making, too."""

    def array(self, values, **how):
        print("making an array")
        return super().array(values, **how)
