"""Which of the phrases that could name topics and groups each of them gets, no two alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from topics.hierarchy import Tree
    from topics.terms import TermTable

__all__ = ["FEW_PAPERS", "NAME_WORDS", "Candidate", "alike", "distinct", "sentence"]

#: Fewest and most words of a name.
NAME_WORDS = (2, 5)

#: Papers of a group up to which few of them have a phrase in common: then each paper counts more.
FEW_PAPERS = 300

#: How near to the best score of a group such a term must be to be taken before topics choose.
_CLEAR = 0.75
#: Share of a small group's papers that its name is in, lest it takes that of one of its topics, and
#: in how many times as many papers that one must be.
_NARROW, _WIDER = 0.12, 1.5
#: A name that this share of a topic's papers use stays with it; else its next one must be in so
#: many papers, as a share of those with the name that it gives away.
_OWN, _BEARABLE = 0.5, 0.4
#: Words that any name could go on with.
_EMPTY = frozenset(
    "algorithm approach framework method model problem setting system task technique".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that could name a topic or group.

    Attributes:
        score: how well it fits.
        term: its key.
        text: as the papers write it.
        even: whether all members of a group are about it.
        papers: papers of the node that have it.
    """

    score: float
    term: str
    text: str
    even: bool
    papers: int


def distinct(
    candidates: Sequence[Sequence[Candidate]],
    tree: Tree,
    keywords: Sequence[Sequence[int]],
    terms: TermTable,
    sizes: Sequence[int],
) -> list[str]:
    """Choose names: what all of a group is about first, from the top; then topics; then the rest.

    Of topics those that are surest of their name come first.

    Args:
        candidates: of each topic and group, best first.
        tree: these.
        keywords: columns of their keywords, for those without a phrase of their own.
        terms: the terms of the papers.
        sizes: papers of each.
    """
    work = _Choice(candidates, tree, sizes)
    for group in tree.groups:
        enough = _CLEAR * max((each.score for each in candidates[group]), default=0.0)
        work.choose(group, (one for one in candidates[group] if one.even and one.score >= enough))
    rest = [node for node in range(len(tree.parents)) if node not in work.chosen]
    surest = {
        node: -candidates[node][0].score if candidates[node] and node < tree.topics else 0.0
        for node in rest
    }
    for node in sorted(rest, key=lambda node: (node >= tree.topics, surest[node], node)):
        if node >= tree.topics and sizes[node] <= FEW_PAPERS and work.promoted(node):
            continue
        if not work.choose(node, candidates[node]):
            name = _joined(keywords[node], terms, {each.text for each in work.chosen.values()})
            work.chosen[node] = Candidate(0.0, name.casefold(), name, even=False, papers=0)
    return [sentence(work.chosen[node].text) for node in range(len(tree.parents))]


class _Choice:
    """Names chosen so far."""

    def __init__(
        self, candidates: Sequence[Sequence[Candidate]], tree: Tree, sizes: Sequence[int]
    ) -> None:
        self.candidates, self.tree, self.sizes = candidates, tree, sizes
        self.chosen: dict[int, Candidate] = {}

    def choose(self, node: int, those: Iterable[Candidate]) -> bool:
        """Take the first that says what no other name says; tell whether there was one."""
        found = self._free(node, those)
        if found is not None:
            self.chosen[node] = found
        return found is not None

    def _free(self, node: int, those: Iterable[Candidate]) -> Candidate | None:
        def terms(nodes: Iterable[int]) -> set[str]:
            return {self.chosen[other].term for other in nodes if other in self.chosen}

        tree = self.tree
        beside, above = terms(tree.siblings(node)), terms(tree.ancestors(node))
        below, taken = terms(tree.below(node)), terms(self.chosen)
        return next((e for e in those if not _clashes(e.term, beside, above, below, taken)), None)

    def promoted(self, group: int) -> bool:
        """Give a small group the name of one of its topics, if its own would be of few papers.

        The topic then gets its next best one; where it has none, all stays as it was.
        """
        own = self._free(group, self.candidates[group])
        papers = own.papers if own else 0
        if papers >= _NARROW * self.sizes[group]:
            return False
        known = {each.term: each for each in self.candidates[group]}
        offers = [
            (known[self.chosen[child].term], child)
            for child in self.tree.children[group]
            if child < self.tree.topics and self.chosen[child].term in known
        ]
        for offer, child in sorted(offers, key=lambda pair: (-pair[0].papers, pair[1])):
            if offer.papers < max(_WIDER * papers, 2):
                break
            if self.chosen[child].papers >= _OWN * self.sizes[child]:
                continue
            before = self.chosen.pop(child)
            if self._free(group, [offer]) is not None:
                self.chosen[group] = offer
                enough = _BEARABLE * before.papers
                if self.choose(
                    child, (each for each in self.candidates[child] if each.papers >= enough)
                ):
                    return True
                del self.chosen[group]
            self.chosen[child] = before
        return False


def _clashes(
    term: str, beside: set[str], above: set[str], below: set[str], taken: set[str]
) -> bool:
    """Whether a name says what another's says too, or no more than that of its group."""
    return (
        any(alike(term, other) for other in beside)
        or any(set(term.split()) <= set(other.split()) for other in above)
        or any(set(term.split()) >= set(other.split()) for other in below)
        or any(_core(term) == _core(other) for other in taken)
    )


def alike(term: str, other: str) -> bool:
    """Whether one of two terms says nothing that the other does not."""
    mine, theirs = set(term.split()), set(other.split())
    return mine <= theirs or theirs <= mine


def _core(term: str) -> frozenset[str]:
    """The words that make a name different: "speech models" says no more than "speech tasks"."""
    words = frozenset(term.split())
    return words - _EMPTY or words


def _joined(columns: Sequence[int], terms: TermTable, taken: set[str]) -> str:
    """Name a topic without a phrase of its own by two of its keywords."""
    words = [terms.spellings[terms.terms[column]] for column in columns]
    known = {frozenset(name.casefold().split()) for name in taken}
    for first in range(len(words)):
        for second in range(first + 1, len(words)):
            name = sentence(f"{words[first]} and {words[second]}")
            fits = len(name.split()) <= NAME_WORDS[1]
            if fits and frozenset(name.casefold().split()) not in known:
                return name
    number = len(taken) + 1
    return f"Mixed topic {number}" if not words else sentence(f"{words[0]}, group {number}")


def sentence(name: str) -> str:
    """A name with a capital first letter, unless its first word is written in its own way.

    "k-NN" is; "non-English" is a common word before another one.
    """
    first = name.split()[0]
    before, _, _ = first.partition("-")
    common = any(part.islower() and len(part) > 2 for part in (first, before))
    return name[0].upper() + name[1:] if common else name
