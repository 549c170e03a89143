"""The simulated company and teams do what their documentation says."""

from collections import Counter
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.change import change
from analysis.figures import Scale, Sums
from analysis.stages import CORE, WHEEL, Stage
from analysis.synthetic import DEFAULT_SEED, Planted, Team, larkspur, model, replies, simulate
from analysis.synthetic.comments import sentences
from analysis.synthetic.company import CYCLE_TEAM, DRIFT_TEAM
from analysis.synthetic.teams import histories
from tests.larkspur import counted


def test_roster() -> None:
    company = larkspur()
    assert len(company.people) == 72
    assert Counter(person.unit[-1] for person in company.reps) == {
        "EMEA Enterprise": 9,
        "EMEA Mid-Market": 7,
        "DACH": 6,
        "AMER Enterprise": 8,
        "AMER Mid-Market": 9,
        "AMER Commercial": 8,
        "ANZ": 6,
        "Japan": 6,
    }
    emails = {person.email for person in company.people}
    assert len(emails) == 72
    for person in company.people:
        assert person.email == f"{person.key}@larkspur.example"
        assert person.email.isascii()
        assert ZoneInfo(person.tz)
        assert person.manager_email in emails or person.roles == ("leader",)
    assert len(company.units) == 12


def test_a_week_follows_from_the_seed_whatever_the_order_of_calls() -> None:
    forward, backward = larkspur(3), larkspur(3)
    first = [forward.week(week) for week in range(6)]
    second = [backward.week(week) for week in reversed(range(6))][::-1]
    assert first == second
    assert larkspur(4).week(0) != first[0]


def test_only_reps_are_asked() -> None:
    company = larkspur()
    chief = next(person for person in company.people if person.manager_email is None)
    with pytest.raises(ValueError, match="not a rep"):
        company.behaviour(chief, 0)


def test_answering_and_answers() -> None:
    company = larkspur()
    weeks = [company.week(week) for week in range(26)]
    behaviours = [behaviour for week in weeks for behaviour in week.values()]
    assert 0.76 < len(behaviours) / (26 * 59) < 0.86
    assert 0.6 < np.mean([behaviour.hours <= 2 for behaviour in behaviours]) < 0.7
    assert 0.02 < np.mean([len(behaviour.answers) < 7 for behaviour in behaviours]) < 0.08
    for behaviour in behaviours:
        for stage, value in behaviour.answers.items():
            if model.scale_of(stage) is Scale.AGREEMENT:
                assert value in {1, 2, 3, 4, 5}
            else:
                assert 0 <= value <= model.MOST_HOURS


def test_comments() -> None:
    bank = sentences()
    templates = [
        line for subject, tones in bank.items() if subject != "fill" for lines in tones.values() for line in lines
    ]
    assert len(set(templates)) == len(templates) >= 150
    company = larkspur()
    found = [
        (company.people, person.unit[-1], week, behaviour)
        for week in range(26)
        for person in company.reps
        if (behaviour := company.behaviour(person, week)) is not None
    ]
    said = [(team, week, behaviour) for _, team, week, behaviour in found if behaviour.comment]
    assert 0.28 < len(said) / len(found) < 0.38
    assert 0.05 < np.mean([behaviour.never_quote for *_, behaviour in said]) < 0.15
    names = {part.lower() for person in company.people for part in person.name.split()} - {"grace", "sora"}
    for team, week, behaviour in said:
        words = str(behaviour.comment).lower().replace(".", " ").replace(",", " ").split()
        assert not names & set(words)
        assert len(str(behaviour.comment)) < 120
        if "migration" in words:
            assert (team, week >= 13) == (DRIFT_TEAM, True)


def test_comments_of_a_drifting_team_follow_the_stage() -> None:
    words = ("target", "number", "quota", "territory")
    shares = []
    for weeks in (range(9), range(12, 26)):
        said = [
            str(behaviour.comment)
            for seed in range(6)
            for week in weeks
            for key, behaviour in larkspur(seed).week(week).items()
            if behaviour.comment and key in {p.key for p in larkspur(seed).reps if p.unit[-1] == CYCLE_TEAM}
        ]
        shares.append(np.mean([any(word in text for word in words) for text in said]))
    assert shares[1] > 1.3 * shares[0]


def test_planted_shift() -> None:
    planted = Planted(onset=4, size=1.2, ramp=3, until=10)
    assert [round(planted.at(week), 2) for week in (3, 4, 5, 6, 9, 10)] == [0, 0.4, 0.8, 1.2, 1.2, 0]


def test_counted_merges_small_teams_and_shows_nobody_below_five() -> None:
    record = counted(larkspur(DEFAULT_SEED))
    assert all(figure.level.n >= 5 for figure in record.figures)
    assert any(len(figure.units) > 1 for figure in record.figures)
    parents = {unit.id: unit.parent for unit in record.units}
    for figure in record.figures:
        assert len({parents[unit] for unit in figure.units}) == 1
        assert figure.change is None or 5 <= figure.change.n <= figure.level.n
    for week in record.weeks:
        stages = {figure.stage for figure in record.figures if figure.week == week}
        assert stages >= set(CORE)
        assert len(stages) == 4


def test_simulated_teams_have_the_stated_parameters() -> None:
    record = simulate([Team(f"t{number}", 12, 0.8) for number in range(120)], 12, seed=1)
    trust = [figure for figure in record.figures if figure.stage is Stage.TRUST]
    assert np.mean([figure.level.mean for figure in trust]) == pytest.approx(3.5, abs=0.15)
    within = np.mean([f.change.spread**2 for f in trust if f.change and f.week > record.weeks[9]])
    total = np.mean([figure.level.spread**2 for figure in trust])
    # A change carries the noise of its baseline of about three answers as well.
    assert 0.35 < 1 - within / (1 + 1 / 3.5) / total < 0.5
    rate = sum(turnout.answered for turnout in record.turnouts) / sum(t.invited for t in record.turnouts)
    assert rate == pytest.approx(0.78, abs=0.03)


def test_a_planted_step_has_its_size() -> None:
    planted = {stage: Planted(14, 1.0) for stage in WHEEL}
    record = simulate([Team(f"t{number}", 12, 0.8, planted) for number in range(150)], 20, seed=2)
    for stage in (Stage.TRUST, Stage.OVERLAY):
        figures = [figure for figure in record.figures if figure.stage is stage]
        sd = np.sqrt(np.mean([figure.level.spread**2 for figure in figures]))
        before = np.mean([figure.level.mean for figure in figures if figure.week < record.weeks[14]])
        after = np.mean([figure.level.mean for figure in figures if figure.week >= record.weeks[14]])
        assert model.scale_of(stage).worse * (after - before) / sd == pytest.approx(1.0, abs=0.3)


def test_replies_are_the_answers_that_are_counted() -> None:
    teams = [Team("north", 9, 0.7, {Stage.TRUST: Planted(5, 1.0)}, turnover=0.05), Team("south", 6, 0.9)]
    record = simulate(teams, 24, seed=5)
    sums: dict[tuple[date, str, Stage], Sums] = {}
    own: dict[tuple[str, Stage], list[tuple[date, float]]] = {}
    for reply in replies(teams, 24, seed=5):
        place = (reply.week, reply.unit, reply.stage)
        sums[place] = sums.get(place, Sums(0, 0.0, 0.0)) + Sums.of([reply.value])
        own.setdefault((reply.respondent, reply.stage), []).append((reply.week, reply.value))
    shown = {(figure.week, next(iter(figure.units)), figure.stage): figure for figure in record.figures}
    assert {place: figure.level for place, figure in shown.items()} == {
        place: found for place, found in sums.items() if found.n >= 5
    }
    people = {respondent for respondent, _ in own}
    assert len(people) > 15 + 5
    last = max(shown)
    hours = {Stage.OVERLAY, Stage.CUSTOMER}
    changes = []
    for (respondent, stage), found in own.items():
        week, value = found[-1]
        if stage is last[2] and respondent.startswith(last[1]) and week == last[0]:
            diary = sorted({day for (who, _), said in own.items() if who == respondent for day, _ in said})[-13:-1]
            before = [((week - day).days // 7, earlier) for day, earlier in found if day in diary]
            difference = change(value, before, hours=stage in hours)
            changes += [difference] if difference is not None else []
    assert shown[last].change == Sums.of(changes)


def test_drop_out_and_turnover_are_as_stated() -> None:
    planted = {stage: Planted(10, 1.0) for stage in CORE}
    teams = [Team(f"t{number}", 10, 0.75, planted, slope=0.7) for number in range(100)]
    found = list(histories(teams, 30, seed=6))
    answered = np.array([history.answered.mean(axis=1) for history in found]).mean(axis=0)
    assert answered[:10].mean() == pytest.approx(0.71, abs=0.02)
    assert answered[10:].mean() == pytest.approx(0.58, abs=0.03)
    only_trust = [
        Team(f"t{number}", 10, planted={Stage.TRUST: Planted(10, 1.0)}, slope=1.4) for number in range(60)
    ]
    by_mood = [
        np.diff([history.answered[:10].mean(), history.answered[10:].mean()])[0]
        for mood in (CORE, (Stage.TRUST,), (Stage.CANDOR,))
        for history in histories([replace(team, mood=mood) for team in only_trust], 30, seed=6)
    ]
    a_third, whole, none = np.array(by_mood).reshape(3, -1).mean(axis=1)
    assert whole < 2 * a_third < 0
    assert abs(none) < 0.02
    newcomers = [history.persons.max() - 9 for history in found]
    assert np.mean(newcomers) == pytest.approx(30 * 10 * 0.015, abs=0.5)
    lasting = [Team(f"t{number}", 40, 0.75, shock=0.3, persistence=0.8, turnover=0.0) for number in range(60)]
    means = np.array([history.answers[:, :, 1].mean(axis=1) for history in histories(lasting, 40, seed=6)])
    means -= means.mean(axis=1, keepdims=True)
    assert np.mean(means[:, 1:] * means[:, :-1]) / np.mean(means**2) == pytest.approx(0.65, abs=0.1)
