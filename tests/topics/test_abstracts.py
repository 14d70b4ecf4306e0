"""What is taken off abstracts, and what must stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.sources.abstracts import abstract_text, tidy_abstract

#: Sentences of abstracts that hold nothing to take off, whatever they look like.
SENTENCES = (
    "We train a small network on 40 graphs.",
    "Results show that the loss falls by 3%.",
    "Background subtraction is a step of its own.",
    "Copyright law lags behind what models can copy.",
    "The data set (c) 2010 of the census has 5 million rows.",
    "Methods that publish early are cited more.",
    "Evaluation – the last step – takes a day.",
    "This is an open question for learned societies.",
    "The aim: fewer labels.",
    "Is access limited?",
    "Code and data are released under CC BY 4.0 to all.",
    "The corpus is open under a Creative Commons licence.",
    "Three steps: (1) Selection: take some; (2) Evaluation: try them.",
    "Depth counts for more (0.4 vs. Answer type: 0.1).",
)

NOTICES = (
    "© 2023 Elsevier Ltd. All rights reserved.",
    "(C) 2004 Elsevier B.V. All rights reserved.",
    "© 2019 IEEE.",
    "Copyright © 2020 The Authors. Published by Elsevier Inc. All rights reserved.",
    "© The Author(s), under exclusive licence to Springer Nature Switzerland AG 2021.",
    "© 2007 Wiley-Liss, Inc.",
    "Copyright 2003 Wiley-Liss, Inc.",
    "© 2011 Wiley Periodicals, Inc. J Polym Sci Part A: Polym Chem, 2011",
    "This article is protected by copyright. All rights reserved.",
    "Published by Elsevier Ltd.",
    "Crown Copyright © 2011 Published by Elsevier Ltd. All rights reserved.",
    (
        "© 2018 The Authors. Bone Plus Published by Wiley Periodicals, Inc. on behalf of the "
        "American Society for Bone Research."
    ),
    (
        "This is an open access article under the CC BY license "
        "(http://creativecommons.org/licenses/by/4.0/)."
    ),
    "(PsycINFO Database Record (c) 2017 APA, all rights reserved)",
    "[ABSTRACT FROM AUTHOR]",
    "© 2015 Published by Elsevier B.V. Peer-review under responsibility of the committee of X.",
    "This work is licensed under a Creative Commons Attribution 4.0 License.",
    "Supplementary data are available at Road Informatics online.",
    "© RSNA, 2019 Online supplemental material is available for this article.",
    "Copyright © 2019, American Society of Microbiology.",
    "© 2016 by the authors; licensee MDPI, Basel, Switzerland.",
    (
        "Copyright of Journal of Roads is the property of Road Press and its content may not be "
        "copied without the copyright holder's express written permission. Users should refer to "
        "the original published version of the material for the full abstract."
    ),
)

LABELS = (
    "OBJECTIVE:", "METHODS:", "Results:", "Materials and Methods:", "BACKGROUND AND AIMS:",
    "Methodology/Principal Findings:", "Main outcome measures:", "Purpose –", "Findings –",
    "Design/methodology/approach –", "Research limitations/implications –", "Originality/value -",
    "Results.", "Conclusions.", "Materials and methods.", "Design, setting, and participants:",
    "WIDER IMPLICATIONS OF THE FINDINGS:", "Objetivo:", "Ergebnisse:", "Résultats:",
)  # fmt: skip


@pytest.mark.parametrize(
    "nothing",
    [
        "", " ", "No abstract available.", "[No abstract available]", "no abstract", "N/A", "NaN",
        "Abstract not available", "(No abstract available for this article)", "none", "—", "...",
        "There is no abstract available", "Abstract", "No summary available.", "[Not available]",
        "© 2020 Elsevier Ltd. All rights reserved.",
    ],
)  # fmt: skip
def test_a_remark_that_there_is_none_becomes_empty(nothing: str) -> None:
    assert tidy_abstract(nothing) == ""
    assert abstract_text(nothing) == ""


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_go_from_the_end_and_sentences_stay(notice: str) -> None:
    for sentence in SENTENCES:
        text = f"We ask a question. {sentence}"
        assert tidy_abstract(f"{text} {notice}") == text


@pytest.mark.parametrize("notice", ["© 2019 IEEE.", "© 2016 Elsevier B.V.", "(C) 2004 Springer."])
def test_notices_go_from_the_beginning(notice: str) -> None:
    assert tidy_abstract(f"{notice} We ask a question.") == "We ask a question."


def test_a_notice_within_the_text_costs_nothing_that_follows() -> None:
    text = "It is. © 2020 John Wiley & Sons, Ltd. Good things come to those who wait a while."
    assert tidy_abstract(text) == text


@pytest.mark.parametrize("label", LABELS)
def test_labels_go_and_their_sentences_stay(label: str) -> None:
    assert tidy_abstract(f"{label} We looked at it. We saw it.") == "We looked at it. We saw it."
    assert tidy_abstract(f"We ask. {label} We saw it.") == "We ask. We saw it."


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6), st.sampled_from(NOTICES))
def test_what_an_abstract_says_is_kept(sentences: list[str], notice: str) -> None:
    said = " ".join(sentences)
    labelled = " ".join(
        f"{label} {sentence}"
        for label, sentence in zip(
            ("BACKGROUND:", "METHODS:", "RESULTS:") * 2, sentences, strict=False
        )
    )
    assert tidy_abstract(said) == said
    assert tidy_abstract(f"{labelled} {notice}") == said


def test_a_sentence_begins_with_a_capital_where_its_label_stood() -> None:
    assert tidy_abstract("Aim: to find out. Results: mRNA was found.") == (
        "To find out. mRNA was found."
    )


def test_bare_labels_go_where_several_show_what_they_are() -> None:
    text = "Background People fall ill. Methods We asked 30. Results Of these, 4 left."
    assert tidy_abstract(text) == "People fall ill. We asked 30. Of these, 4 left."
    dashed = (
        "- Background People fall ill. - Main results Of 30, 4 left. - Authors' conclusions So."
    )
    assert tidy_abstract(dashed) == "People fall ill. Of 30, 4 left. So."
    capitals = "BACKGROUND People fall ill. AIM To cure them."
    assert tidy_abstract(capitals) == "People fall ill. To cure them."
    one = "Background Subtraction is hard. We do it."
    assert tidy_abstract(one) == one


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("Abstract: We ask.", "We ask."),
        ("ABSTRACT We ask.", "We ask."),
        ("AbstractBackground: We ask.", "We ask."),
        ("Abstract\nGraphs are small.", "Graphs are small."),
        ("Summary. We ask.", "We ask."),
        ("International audience ; We ask.", "We ask."),
    ],
)  # fmt: skip
def test_the_word_abstract_goes_from_the_beginning(raw: str, tidy: str) -> None:
    assert tidy_abstract(raw) == tidy


def test_the_word_abstract_stays_where_it_is_of_the_sentence() -> None:
    for text in ("Abstract Meaning Representation is a graph.", "Abstract syntax trees grow."):
        assert tidy_abstract(text) == text


def test_labels_on_lines_of_their_own_go() -> None:
    assert tidy_abstract("Objectives\nTo see.\nMethods\nWe looked.") == "To see. We looked."


def test_tags_entities_and_tex_become_text() -> None:
    raw = (
        "<jats:sec><jats:title>Objective</jats:title><jats:p>To bind CO<sub>2</sub> at p &lt; 0.05."
        "</jats:p></jats:sec><jats:p>$O(n^2)$ steps.</jats:p><jats:p>&copy; 2020 IEEE.</jats:p>"
    )
    assert abstract_text(raw) == "To bind CO₂ at p < 0.05. O(n²) steps."


@given(st.text(max_size=200))
def test_any_text_gives_one_line(text: str) -> None:
    tidy = tidy_abstract(text)
    assert "\n" not in tidy
    assert tidy == " ".join(tidy.split())


@given(
    st.lists(
        st.sampled_from(
            ("Results: ", "© 2020 ", "(c) ", "Abstract ", "\n", "We. ", "METHODS ", "- ", "Ltd. ")
        ),
        max_size=30,
    )
)
def test_letters_that_stay_were_there(parts: list[str]) -> None:
    given_text = "".join(parts)
    words = re.findall(r"\w+", given_text)
    assert set(re.findall(r"\w+", tidy_abstract(given_text))) <= set(words)


@pytest.mark.parametrize(
    "long",
    [
        "Results: " * 60_000, "A. " * 100_000, "© 2020 " * 50_000, "(c) A A A " * 40_000,
        "Main key primary " * 60_000, "\n" * 300_000 + "x", "Copyright of " + "x " * 100_000,
        " " * 300_000, "Study " * 100_000, "<" * 200_000, "<sub>" * 60_000, "&amp;" * 60_000,
    ],
)  # fmt: skip
def test_long_texts_take_no_longer_than_they_are(long: str) -> None:
    assert isinstance(abstract_text(long), str)
