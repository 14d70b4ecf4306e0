"""What builds and updates did, for people who read it on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.edit_commands import account

if TYPE_CHECKING:
    from topics.topicmap import TopicMap
    from topics.updating import Updated

__all__ = ["account_of_update", "summary_of_build"]


def summary_of_build(built: TopicMap, out: str) -> str:
    """What a build made, in a few lines."""
    counts = built.manifest["counts"]
    read = counts["kept"] + counts["merged"] + counts["rejected"]
    lines = [
        f"Read {read} records: {counts['kept']} kept, {counts['merged']} merged as duplicates, "
        f"{counts['rejected']} rejected."
        + (
            f" Why: {out}/ledger.parquet, or the dashboard's Quality page."
            if counts["rejected"]
            else ""
        ),
        (
            f"{counts['papers']} papers in {counts['topics']} topics, {counts['unclustered']} "
            f"unclustered, {counts['undated']} without a date."
        ),
    ]
    lines += [f"  {row.size:>5}  {row.name}" for row in built.topics.head(30).itertuples()]
    if len(built.topics) > 30:
        lines.append(f"         and {len(built.topics) - 30} more")
    if edits := account(built.manifest):
        lines.append(f"Edits: {edits}.")
    lines.append(f"Map written to {out}. Open it with: papermap serve {out}")
    return "\n".join(lines)


def account_of_update(updated: Updated, path: str) -> str:
    """What an update did, in a few lines."""
    from topics.updating import MANY_NEW

    read, papers = updated.read, updated.topic_map.papers
    lines = [
        (
            f"Read {sum(read.values())} records: {read['kept']} new papers, {read['merged']} of "
            f"papers known already or read twice, {read['rejected']} rejected."
        )
    ]
    if not updated.changed:
        return f"{lines[0]}\nNothing new: the map at {path} is unchanged."
    lines.append(
        f"{updated.added} papers added, {updated.enriched} known papers completed: "
        f"{len(papers)} papers in {len(updated.topic_map.topics)} topics, "
        f"{updated.topic_map.unclustered} unclustered."
    )
    for text, topics in (("New", updated.new_topics), ("Not found again", updated.lost_topics)):
        lines += [f"{text} topic {t['id']}: {t['name']} ({t['papers']} papers)" for t in topics]
    if updated.share_since > MANY_NEW:
        lines.append(
            f"{updated.share_since:.0%} of the papers came after the topics were found. Find them "
            f"anew, known ids and names kept, with: papermap update {path} --refit"
        )
    if edits := account(updated.topic_map.manifest):
        lines.append(f"Edits: {edits}.")
    lines.append(f"Map written to {path}. Open it with: papermap serve {path}")
    return "\n".join(lines)
