using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessera.Cli.Retail;

/// <summary>How a file writes its dates. <c>05/10/2010</c> is two dates: what it is decides which order a cancellation
/// meets, so it is never guessed.</summary>
internal sealed partial class RetailDates
{
    private static readonly string[] _times =
        ["", " H:mm", " H:mm:ss", " h:mm tt", " h:mm:ss tt", "'T'H:mm", "'T'H:mm:ss"];

    /// <summary>Null: year first, or with the month's name.</summary>
    private readonly string[]? _forms;
    private readonly bool _isDayFirst;

    private RetailDates(string[]? forms, bool isDayFirst) => (_forms, _isDayFirst) = (forms, isDayFirst);

    /// <param name="form">What <c>--dates</c> said, such as <c>dd/MM/yyyy</c>.</param>
    /// <param name="texts">All dates of the file, with the numbers of their lines.</param>
    public static RetailDates Of(string? form, IEnumerable<(int Line, string Text)> texts, string name)
    {
        if (form is not null) return new RetailDates(FormsOf(form), isDayFirst: true);
        var (dayFirst, monthFirst) = (new RetailDates(null, true), new RetailDates(null, false));
        (int Line, string Text)? onlyDay = null, onlyMonth = null, both = null;
        foreach (var each in texts)
        {
            if (!NumbersOnly().IsMatch(each.Text)) continue;
            var (fitsDay, fitsMonth) =
                (dayFirst.TryRead(each.Text, out var asDay), monthFirst.TryRead(each.Text, out var asMonth));
            if (fitsDay && !fitsMonth) onlyDay ??= each;
            if (!fitsDay && fitsMonth) onlyMonth ??= each;
            if (fitsDay && fitsMonth && asDay != asMonth) both ??= each;
        }
        if (onlyDay is { } first && onlyMonth is { } second)
        {
            throw new UserError(
                $"{name} writes dates in two ways: line {first.Line} has the day first ('{first.Text}'), line " +
                $"{second.Line} the month ('{second.Text}'). Say which holds with --dates, such as --dates dd/MM/yyyy");
        }
        if (onlyDay is null && onlyMonth is null && both is { } unclear)
        {
            throw new UserError(
                $"{name}, line {unclear.Line}: '{unclear.Text}' may have the day or the month first, and no other " +
                "date of the file tells which. Say it: --dates dd/MM/yyyy or --dates MM/dd/yyyy");
        }
        return onlyMonth is null ? dayFirst : monthFirst;
    }

    public bool TryRead(string text, out DateTime date)
    {
        if (_forms is not null)
        {
            return DateTime.TryParseExact(
                text, _forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out date);
        }
        var numbers = NumbersOnly().Match(text);
        if (numbers.Success) return TryReadNumbers(numbers, out date);
        date = default;
        // Without a year of four digits the parser would take the present one.
        return Year().IsMatch(text) && DateTime.TryParse(
            text, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);
    }

    private bool TryReadNumbers(Match numbers, out DateTime date)
    {
        date = default;
        var (first, second) = (Number(numbers, "first"), Number(numbers, "second"));
        var (day, month) = _isDayFirst ? (first, second) : (second, first);
        var year = CultureInfo.InvariantCulture.Calendar.ToFourDigitYear(Number(numbers, "year"));
        if (month is < 1 or > 12 || year < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateTime(year, month, day);
        if (!numbers.Groups["time"].Success) return true;
        if (!TimeOnly.TryParse(numbers.Groups["time"].ValueSpan, CultureInfo.InvariantCulture, out var time))
            return false;
        date += time.ToTimeSpan();
        return true;
    }

    private static string[] FormsOf(string form)
    {
        if (!form.Contains('d') || !form.Contains('M') || !form.Contains('y'))
        {
            throw new UserError(
                $"--dates takes a form with day, month and year, such as dd/MM/yyyy, not '{form}'.", ExitCodes.Usage);
        }
        // One letter reads one digit or two.
        var lenient = form.Replace("dd", "d", StringComparison.Ordinal).Replace("MM", "M", StringComparison.Ordinal);
        return [form, .. _times.Select(time => lenient + time)];
    }

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\A(?<first>[0-9]{1,2})[/.\-](?<second>[0-9]{1,2})[/.\-](?<year>[0-9]{4}|[0-9]{2})" +
        @"(?:[ T]+(?<time>[0-9].*))?\z")]
    private static partial Regex NumbersOnly();

    [GeneratedRegex("[0-9]{4}")]
    private static partial Regex Year();
}
