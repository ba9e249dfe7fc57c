using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessera.Releasing.Configuration;

/// <summary>One property of a class of options, as its source says it.</summary>
/// <param name="Type">In C#.</param>
/// <param name="Default">In C#; empty where none is written.</param>
/// <param name="Attributes">All of them, in C#.</param>
/// <param name="Constants">Of the same file, by name.</param>
internal sealed partial record Setting(
    string Name, string Type, string Default, string Attributes, string Says, IReadOnlyDictionary<string,
        string> Constants)
{
    private static readonly Dictionary<string, string> _types = new(StringComparer.Ordinal)
    {
        ["string"] = "text", ["bool"] = "`true` or `false`", ["int"] = "whole number", ["long"] = "whole number",
        ["double"] = "number", ["decimal"] = "number", ["TimeSpan"] = "time", ["Uri"] = "address",
    };

    /// <summary>What its elements are, when it is a list; null else.</summary>
    public string? Element => List().Match(Type) is { Success: true } list
        ? list.Groups[1].Success ? list.Groups[1].Value : list.Groups[2].Value
        : null;

    public string TypeInWords
    {
        get
        {
            if (Type.StartsWith("Dictionary<", StringComparison.Ordinal)) return "names with values";
            var type = (Element ?? Type).TrimEnd('?');
            var words = _types.GetValueOrDefault(type, "one word");
            return Element is null ? words : $"list of {words}s";
        }
    }

    public string DefaultInWords
    {
        get
        {
            var value = Value(Default);
            if (value.Length > 0) return $"`{value}`";
            return Default.Length > 0 || Type.EndsWith('?') || Element is not null ? "–" : Type switch
            {
                "bool" => "`false`",
                "int" or "long" or "double" or "decimal" => "`0`",
                "TimeSpan" => "`00:00:00`",
                _ => "–",
            };
        }
    }

    public string BoundsInWords
    {
        get
        {
            var bounds = new List<string>();
            if (Required().IsMatch(Attributes)) bounds.Add("not empty");
            if (Range().Match(Attributes) is { Success: true } range)
                bounds.Add($"{Value(range.Groups[1].Value)} to {Value(range.Groups[2].Value)}");
            if (Allowed().Match(Attributes) is { Success: true } allowed)
                bounds.Add(string.Join(", ", allowed.Groups[1].Value.Split(',').Select(each => $"`{Value(each)}`")));
            if (Length().Match(Attributes) is { Success: true } length)
                bounds.Add($"{(length.Groups[1].Value == "MinLength" ? "at least" : "at most")} "
                    + $"{Value(length.Groups[2].Value)} long");
            if (Attributes.Contains("RegularExpression(", StringComparison.Ordinal)) bounds.Add("of a certain form");
            return bounds.Count > 0 ? string.Join("; ", bounds) : "–";
        }
    }

    /// <summary>As one writes it in a configuration.</summary>
    private string Value(string code)
    {
        code = code.Trim();
        if (code.StartsWith("new(", StringComparison.Ordinal)) return "";
        if (Constants.TryGetValue(code, out var constant)) return Value(constant);
        if (Span().Match(code) is { Success: true } span)
        {
            var number = double.Parse(span.Groups[2].Value.Replace("_", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture);
            return (span.Groups[1].Value switch
            {
                "Milliseconds" => TimeSpan.FromMilliseconds(number),
                "Seconds" => TimeSpan.FromSeconds(number),
                "Minutes" => TimeSpan.FromMinutes(number),
                "Hours" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            }).ToString("c", CultureInfo.InvariantCulture).Replace("0000", "", StringComparison.Ordinal);
        }
        if (Product().IsMatch(code))
        {
            return code.Split('*').Select(factor => long.Parse(
                    factor.Replace("_", "", StringComparison.Ordinal).TrimEnd(' ', 'L'), CultureInfo.InvariantCulture))
                .Aggregate(1L, (one, other) => one * other).ToString(CultureInfo.InvariantCulture);
        }
        return code switch
        {
            "[]" or "null" or "\"\"" or "null!" => "",
            "long.MaxValue" or "int.MaxValue" => "any",
            "TimeSpan.Zero" => "00:00:00",
            _ when Word().Match(code) is { Success: true } word => word.Groups[1].Value,
            _ => code.Trim('"').TrimEnd('m').Replace("|", "\\|", StringComparison.Ordinal),
        };
    }

    [GeneratedRegex(@"^(?:(?:List|IList|IReadOnlyList|ICollection|HashSet)<(\w+)>|(\w+)\[\])\??\z")]
    private static partial Regex List();

    [GeneratedRegex(@"\[Required\b|, Required\b")]
    private static partial Regex Required();

    [GeneratedRegex(@"\bRange\((?:typeof\(\w+\), )?([^,]+), ([^,)]+)")]
    private static partial Regex Range();

    [GeneratedRegex(@"\bAllowedValues\(([^)]+)\)")]
    private static partial Regex Allowed();

    [GeneratedRegex(@"\b(MinLength|MaxLength|StringLength)\(([^,)]+)")]
    private static partial Regex Length();

    [GeneratedRegex(@"^TimeSpan\.From(\w+)\(([\d._]+)\)\z")]
    private static partial Regex Span();

    [GeneratedRegex(@"^[\d_]+L?(?: \* [\d_]+L?)*\z")]
    private static partial Regex Product();

    /// <summary>A value of an enumeration.</summary>
    [GeneratedRegex(@"^[A-Z]\w+\.([A-Z]\w+)\z")]
    private static partial Regex Word();
}
