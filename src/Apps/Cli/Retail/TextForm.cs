using System.Text;

namespace Tessera.Cli.Retail;

/// <summary>How the letters of a file are written.</summary>
internal static class TextForm
{
    public const string Usual = "utf-8";

    /// <summary>Stands where bytes were no letter of the encoding: it is none itself, so no text holds it.</summary>
    public const char Undecodable = '\uFFFF';

    /// <summary>Stands in texts of which letters were lost before they came here.</summary>
    public const char Lost = '\uFFFD';

    private static readonly DecoderReplacementFallback _mark = new(Undecodable.ToString());

    public static Encoding Of(string? name)
    {
        var asked = name ?? Usual;
        try
        {
            // The provider knows what Windows wrote, such as windows-1252, and nothing of the rest.
            return CodePagesEncodingProvider.Instance.GetEncoding(asked, EncoderFallback.ReplacementFallback, _mark)
                ?? Encoding.GetEncoding(asked, EncoderFallback.ReplacementFallback, _mark);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            throw new UserError(
                $"--encoding takes utf-8, utf-16, latin1, windows-1252 or another such name, not '{asked}'.",
                ExitCodes.Usage);
        }
    }

    /// <summary>Why a line with this text is of no use, or null: no table means to hold such a thing,
    /// and the shop refuses it.</summary>
    public static string? WhyUnfit(string line)
    {
        foreach (var letter in line)
        {
            if (letter == Lost) return "letters of it were lost before (U+FFFD stands for them)";
            if (char.IsControl(letter) && letter != '\t') return $"it holds a control character (U+{(int)letter:X4})";
        }
        return HasHalfLetter(line) ? "it holds half of a letter" : null;
    }

    private static bool HasHalfLetter(string line)
    {
        for (var at = 0; at < line.Length; at++)
        {
            if (!char.IsSurrogate(line[at])) continue;
            if (!char.IsHighSurrogate(line[at]) || at + 1 == line.Length || !char.IsLowSurrogate(line[at + 1]))
                return true;
            at++;
        }
        return false;
    }
}
