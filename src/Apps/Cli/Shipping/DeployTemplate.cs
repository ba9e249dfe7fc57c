using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tessera.Cli.Shipping;

/// <summary>The texts that the files below <c>deploy/</c> are made of: <c>__name__</c> stands for a value, and lines
/// between <c>#if word</c>, <c>#else</c> and <c>#end</c> are for those of that kind.</summary>
internal static class DeployTemplate
{
    /// <summary>Before the process is told to stop: so long others may still send it requests.</summary>
    public const int PreStopSeconds = 5;

    /// <summary><c>Stop:UnreadyFor</c> in the settings.</summary>
    public const int UnreadySeconds = 5;

    /// <summary><c>Stop:ConfirmTimeout</c> and <c>Stop:Timeout</c>, as they are unless set.</summary>
    private const int StopSeconds = 2 + 30;

    /// <summary>How often the gateway looks names up. A name server remembers for some seconds more; together it must
    /// be less than the pause and the time that an old replica goes on for, or the new one would be unknown meanwhile.
    /// </summary>
    public const int ResolveSeconds = 2;

    /// <summary>From the last word until the process is gone.</summary>
    private const int SpareSeconds = 3;

    public const int GraceSeconds = PreStopSeconds + UnreadySeconds + StopSeconds + SpareSeconds;

    public static string Fill(string name, ListedProcess process) => Fill(
        Conditions(Read(name), process),
        ("name", process.Name), ("http1", Text(process.Http1)), ("internal", Text(process.Internal)),
        ("grace", Text(GraceSeconds)), ("preStop", Text(PreStopSeconds)), ("version", process.Version),
        ("release", process.Version.Replace('.', '-')));

    public static string Fill(string text, params (string Name, string Value)[] values) => values.Aggregate(
        text, (filled, value) => filled.Replace($"__{value.Name}__", value.Value, StringComparison.Ordinal));

    public static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Deploy/{name}.yaml")
            ?? throw new InvalidOperationException($"The template {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool Is(string word, ListedProcess process) => word switch
    {
        "gateway" => process.IsGateway,
        "servers" => process.HasServers,
        "files" => process.HasFiles,
        "nosecrets" => !process.HasSecrets,
        _ => throw new InvalidOperationException($"A template asks for '{word}', which nothing is."),
    };

    private static string Conditions(string text, ListedProcess process)
    {
        var kept = new StringBuilder();
        var isKept = true;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("#if ", StringComparison.Ordinal)) isKept = Is(line[4..], process);
            else if (line == "#else") isKept = !isKept;
            else if (line == "#end") isKept = true;
            else if (isKept) kept.Append(line).Append('\n');
        }
        return kept.ToString();
    }
}
