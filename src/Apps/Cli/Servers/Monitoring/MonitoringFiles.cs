using Tessera.Cli.Up;

namespace Tessera.Cli.Servers;

/// <summary><c>deploy/monitoring</c>, and how its files become those of a store on this machine.</summary>
internal static class MonitoringFiles
{
    public static string Folder { get; } = Path.Combine(SourceTree.Root, "deploy", "monitoring");

    /// <summary>The file with other values where it has these.</summary>
    /// <exception cref="UserError">It has one of them no more: it was changed, and this was not.</exception>
    public static string Read(string name, params (string Instead, string Of)[] changes)
    {
        var file = Path.Combine(Folder, name);
        var text = File.ReadAllText(file);
        foreach (var (instead, of) in changes)
        {
            if (!text.Contains(of, StringComparison.Ordinal)) throw new UserError($"{file} has no '{of}' any more.");
            text = text.Replace(of, instead, StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>A path as a quoted text of YAML.</summary>
    public static string Quoted(string path) => '"' + path
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    public static string? MissingProgram(string program) => Processes.Find(program) is null
        ? $"{program} is not here: apt-get install prometheus prometheus-alertmanager, or leave out --monitoring."
        : null;

    /// <summary>What both say when they can be worked with.</summary>
    public static async Task<bool> IsReadyAsync(int port, CancellationToken stop)
    {
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
