"""Verdicts on trends as a reader meets them: a word, a mark, a list of what is changing."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, tables, text, wording
from topics.trend_verdicts import CLAIMS, FALSE_SHARE, trend_verdicts
from topics.trend_wording import WORDS, ranked, share, span_in_words

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap
    from topics.trend_verdicts import Verdict, Verdicts, Word

__all__ = ["WORDS", "changes", "mark", "verdict_table"]

#: Topics listed under each word; the rest are in the table.
_MOST = 6


def mark(verdict: Verdict | None) -> str:
    """HTML of a verdict as a word with its mark; the rule is its tip. Empty where there is none."""
    if verdict is None or verdict.word not in ("emerging", "growing", "fading", "steady"):
        return ""
    word, sign = WORDS[verdict.word]
    # The word and its mark are constants; the rule is all that could hold anything else.
    tip = html.escape(verdict.rule)
    return f'<span class="pm-verdict" title="{tip}"><i aria-hidden="true">{sign}</i> {word}</span>'


def changes(screen: Screen) -> None:
    """Draw what is emerging, growing and fading, with a link to each topic."""
    found = trend_verdicts(screen.topic_map)
    if not found.topics:
        return
    st.subheader("What is changing", anchor=False)
    if any(verdict.claims for verdict in found.topics.values()):
        for column, word in zip(st.columns(len(CLAIMS), gap="medium"), CLAIMS, strict=True):
            with column, st.container(gap="xxsmall", key=f"pm-changes-{word}"):
                _listed(screen, found, word)
    st.caption(text.plain(_how(screen, found)))
    _all(screen, found)


def _listed(screen: Screen, found: Verdicts, word: Word) -> None:
    names = ranked(found, word)
    name, sign = WORDS[word]
    head = f"{sign} {name.capitalize()}" + (f" · {len(names):,}" if names else "")
    st.html(text.element("div", head, css_class="pm-label"))
    if not names:
        st.html(text.element("div", "No topic.", css_class="pm-sub"))
    for topic in names[:_MOST]:
        verdict = found.topics[topic]
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            gap="small",
            vertical_alignment="center",
            wrap=False,
        ):
            links.link(
                "topic",
                screen.view,
                label=screen.topic_map.topic_names.get(topic, topic),
                topic=topic,
                paper=None,
                help=verdict.rule,
            )
            st.html(
                text.element("span", _from_to(verdict), css_class="pm-score"),
                width="content",
            )
    if len(names) > _MOST:
        more = f"and {len(names) - _MOST:,} more, in the table"
        st.html(text.element("div", more, css_class="pm-sub"))


def _ends(verdict: Verdict) -> tuple[float, float]:
    return verdict.first or 0.0, verdict.last or 0.0


def _from_to(verdict: Verdict) -> str:
    return " → ".join(map(share, _ends(verdict)))


def _how(screen: Screen, found: Verdicts) -> str:
    tested, total = found.tested[0], len(found.topics)
    if not tested:
        return next(iter(found.topics.values())).rule.replace("Not tested: ", "No trend tested: ")
    claimed = any(verdict.claims for verdict in found.topics.values())
    said = [
        f"{tested:,} of {wording.count(total, 'topic')} could be tested: {span_in_words(found)}.",
        "Shares are those of the fitted line at its two ends."
        if claimed
        else "None of them clearly rises or falls.",
    ]
    said.append(
        "A change is claimed only where a test finds it too clear for chance and bursts; of all "
        f"claims at most about {100 * FALSE_SHARE:.0f} in 100 are expected to be wrong."
    )
    if screen.topic_map.undated:
        said.append(f"{wording.count(screen.topic_map.undated, 'undated paper')} left out.")
    if screen.view.filtered:
        said.append("Filters do not change a verdict: it is on the whole map.")
    return " ".join(said)


def verdict_table(topic_map: TopicMap) -> pd.DataFrame:
    """All verdicts on topics, a row a topic in the order of the map."""
    import pandas as pd

    found = trend_verdicts(topic_map)
    rows = [(name, found.topics[t]) for t, name in topic_map.topic_names.items()]
    odds = [verdict.odds_per_year or (None, None, None) for _, verdict in rows]
    return pd.DataFrame(
        {
            "Topic": [name for name, _ in rows],
            "Trend": [WORDS[verdict.word][0] for _, verdict in rows],
            "From": [_points(verdict.first) for _, verdict in rows],
            "To": [_points(verdict.last) for _, verdict in rows],
            "Odds per year": [each[0] for each in odds],
            "95 % low": [each[1] for each in odds],
            "95 % high": [each[2] for each in odds],
            "q": [verdict.q for _, verdict in rows],
            "Papers counted": [verdict.papers for _, verdict in rows],
            "Rule": [verdict.rule for _, verdict in rows],
        }
    )


def _points(fitted: float | None) -> float | None:
    return None if fitted is None else 100 * fitted


def _all(screen: Screen, found: Verdicts) -> None:
    frame = verdict_table(screen.topic_map)
    config = st.column_config
    with st.expander("How each theme and topic was judged", icon=":material/rule:"):
        order = [name for name in screen.topic_map.themes["name"] if name in found.themes]
        for theme in order:
            head = text.element("span", theme, css_class="pm-theme")
            rule = text.element("span", found.themes[theme].rule)
            st.html(f'<div class="pm-rule">{head} · {rule}</div>')
        st.dataframe(
            frame.assign(Topic=[tables.cell_label(name) for name in frame["Topic"]]),
            hide_index=True,
            key="verdict-table",
            column_config={
                "Topic": config.ButtonColumn(
                    width="medium", type="tertiary", alignment="left", key="verdict-table-open"
                ),
                "From": config.NumberColumn(format="%.1f %%", help="Fitted share at first"),
                "To": config.NumberColumn(format="%.1f %%", help="Fitted share at last"),
                "Odds per year": config.NumberColumn(
                    format="%.2f", help="Factor by which the odds of its share change in a year"
                ),
                "95 % low": config.NumberColumn(format="%.2f"),
                "95 % high": config.NumberColumn(format="%.2f"),
                "q": config.NumberColumn(
                    format="%.3f",
                    help="Probability of a change this clear by chance, adjusted for the "
                    f"{found.tested[0]:,} topics tested; claimed at {FALSE_SHARE} or less",
                ),
                "Rule": config.TextColumn(width="large"),
            },
            alt="Table of the trend of every topic",
        )
        if click := st.session_state.get("verdict-table-open"):
            topic = str(screen.topic_map.topics["id"].iloc[int(click["row"])])
            links.go("topic", screen.view, topic=topic, paper=None)
        tables.table_download(
            frame, label="Download (CSV)", name="trend-verdicts", key="verdict-csv"
        )
