namespace Tessera.Releasing.Comparing;

/// <summary>One shape of before and of now, member by member. What breaks depends on who writes it and who
/// reads.</summary>
internal sealed class CompareShapes(Direction direction, List<Breach> breaches)
{
    private static readonly string[] _upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];
    private static readonly string[] _lower = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
    private readonly HashSet<(string, string)> _seen = [];

    /// <summary>What was written before is read now.</summary>
    private bool ReadNow => direction is Direction.Request or Direction.Stored;

    /// <summary>What is written now is read by those of before.</summary>
    private bool ReadBefore => direction is Direction.Response or Direction.Stored;

    private string Way => direction == Direction.Stored
        ? "publish a new version of the event beside this one"
        : "offer a new operation beside this one";

    public void Compare(string where, Shape before, Shape now)
    {
        // Beside the name of a shape that is seen once only.
        CompareDefaults(where, before, now);
        // One that holds itself has a name on both sides. Two that are written in place may become the same name, and
        // each of them is another shape.
        if (before.Reference is { } then && now.Reference is { } after && !_seen.Add((then, after))) return;
        if (ReadNow && before.IsAnything && !now.IsAnything)
        {
            Add("type-changed", where, "was anything and is not any more, and there are writers and stored data of "
                + $"other types; leave it and add a member of another name, or {Way}");
            return;
        }
        if (before.Type != now.Type && before.Type.Length > 0)
        {
            Add("type-changed", where,
                $"was {before.Type} and is {Name(now.Type)}; leave it and add a member of another name, or {Way}");
            return;
        }
        if (before.Format != now.Format)
        {
            Add("format-changed", where,
                $"had the format {Name(before.Format)} and has {Name(now.Format)}, which means another thing; {Way}");
        }
        CompareNull(where, before, now);
        CompareEnums(where, before, now);
        CompareBounds(where, before, now);
        CompareBranches(where, before, now);
        CompareMembers(where, before, now);
        if (before.Element is { } elementBefore && now.Element is { } elementNow)
            Compare(where + "[]", elementBefore, elementNow);
        if (before.Values is { } valuesBefore && now.Values is { } valuesNow)
            Compare(Join(where, "*"), valuesBefore, valuesNow);
    }

    /// <summary>Who reads events and answers has defaults of its own.</summary>
    private void CompareDefaults(string where, Shape before, Shape now)
    {
        if (direction != Direction.Request || before.Default == now.Default) return;
        Add("default-changed", where, $"is {now.Default ?? "nothing"} where clients leave it out, and was "
            + $"{before.Default ?? "nothing"}; keep the default, or {Way}");
    }

    private void CompareNull(string where, Shape before, Shape now)
    {
        if (ReadBefore && !before.IsNullable && now.IsNullable)
            Add("null-allowed", where,
                $"may be null now, and its readers take no null; leave it out instead, or {Way}");
        if (ReadNow && before.IsNullable && !now.IsNullable)
            Add("null-forbidden", where,
                $"may be null no more, and there are writers and stored data with null; take null as before, or {Way}");
    }

    private void CompareEnums(string where, Shape before, Shape now)
    {
        if (ReadNow && now.Enum is not null && before.Enum is null)
            Add("enum-closed", where,
                $"takes only {string.Join(", ", now.Enum)} now, and took anything; take anything, or {Way}");
        foreach (var gone in ReadNow ? before.Enum?.Except(now.Enum ?? before.Enum) ?? [] : [])
            Add("enum-value-removed", where, $"takes the value '{gone}' no more; go on taking it, or {Way}");
        if (!ReadBefore || before.Enum is null) return;
        foreach (var added in now.Enum?.Except(before.Enum) ?? ["anything"])
            Add("enum-value-added", where, $"may be '{added}' now, which its readers do not know; {Way}");
    }

    private void CompareBounds(string where, Shape before, Shape now)
    {
        foreach (var (name, isUpper) in _upper.Select(name => (name, true)).Concat(
            _lower.Select(name => (name, false))))
        {
            var (then, after) = (before.Bound(name), now.Bound(name));
            if (then == after) continue;
            var isTighter = then is null || (after is not null && (isUpper ? after < then : after > then));
            if (isTighter && ReadNow)
                Add("bound-tightened", where, $"has the {name} {after} instead of {Name(then?.ToString() ?? "")}, and "
                    + $"there are writers and stored data beyond; keep the bound, or {Way}");
            if (!isTighter && ReadBefore)
                Add("bound-loosened", where, $"has the {name} {Name(after?.ToString() ?? "")} instead of {then}, and "
                    + $"its readers count on that; keep the bound, or {Way}");
        }
        if (before.Pattern != now.Pattern && now.Pattern.Length > 0 && ReadNow)
            Add("pattern-changed", where,
                $"has another pattern, and what was written before may not fit; check it in code instead, or {Way}");
    }

    private void CompareBranches(string where, Shape before, Shape now)
    {
        var (then, after) = (before.Branches, now.Branches);
        if (ReadBefore && then.Count > 0 && after.Count > then.Count)
            Add("branch-added", where, $"may have a further form, which its readers do not know; {Way}");
        if (ReadNow && after.Count < then.Count)
            Add("branch-removed", where, $"takes one of its forms no more; go on taking it, or {Way}");
        for (var i = 0; i < Math.Min(then.Count, after.Count); i++) Compare($"{where}({i + 1})", then[i], after[i]);
    }

    private void CompareMembers(string where, Shape before, Shape now)
    {
        var (then, after) = (before.Properties, now.Properties);
        foreach (var (name, member) in then)
        {
            var at = Join(where, name);
            var (wasRequired, isRequired) = (before.Required.Contains(name), now.Required.Contains(name));
            if (!after.TryGetValue(name, out var still))
            {
                if (ReadBefore && wasRequired)
                    Add("property-removed", at,
                        $"is gone, and its readers need it; keep it until no reader is left, or {Way}");
                else if (direction == Direction.Request && now.IsClosed)
                    Add("property-removed", at,
                        $"is refused now, and clients send it; take it and ignore it, or {Way}");
                continue;
            }
            if (ReadBefore && wasRequired && !isRequired)
                Add("became-optional", at, $"may be missing now, and its readers need it; go on writing it, or {Way}");
            if (ReadNow && !wasRequired && isRequired)
                Add("became-required", at,
                    $"is required now, and there are writers and stored data without it; give it a default, or {Way}");
            Compare(at, member, still);
        }
        foreach (var name in ReadNow ? now.Required.Except(then.Keys) : [])
            Add("required-added", Join(where, name),
                $"is new and required, and there are writers and stored data without it; give it a default, or {Way}");
        if (direction != Direction.Response && !before.IsClosed && now.IsClosed
            && (then.Count > 0 || before.Values is not null))
            Add("object-closed", where, $"refuses members that it does not know now; ignore them as before, or {Way}");
    }

    private void Add(string rule, string where, string sentence) =>
        breaches.Add(new Breach(rule, where.Trim(), sentence + "."));

    private static string Join(string where, string member) =>
        where.EndsWith(' ') ? where + member : $"{where}.{member}";

    private static string Name(string text) => text.Length > 0 ? text : "none";
}
