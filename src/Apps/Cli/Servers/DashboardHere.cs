using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Servers;

/// <summary>The Aspire dashboard, for traces, logs and metrics of all processes: kept in memory, gone with the store.
/// It takes telemetry from those who have the store's key, and shows it to those who have the page's token.</summary>
internal sealed class DashboardHere(string folder) : LocalServer(folder)
{
    private const string ApiKeyHeader = "x-api-key";
    private string _executable = "";

    public override string Name => "dashboard";

    /// <summary>Where telemetry goes, by OTLP over gRPC.</summary>
    public override string Address => Url(Port + 1);

    public override string Shown => $"{Url(Port)}/login?t={Passwords.Read(File("token"))}";

    /// <summary>Where it shows a trace.</summary>
    public string Traces => Url(Port) + "/traces/detail/{trace}";

    public string Key => Passwords.Read(File("key"));

    public override string? Missing => Rid is null
        ? $"There is no dashboard for {RuntimeInformation.OSDescription}; leave out --dashboard."
        : null;

    public override IReadOnlyList<string> Command => [_executable];

    /// <summary>All of it stands in the file: everybody may read where it lies, and only its owner what is in it.
    /// </summary>
    public override IReadOnlyDictionary<string, string> Environs => new Dictionary<string, string>
    {
        ["ASPIRE_DASHBOARD_CONFIG_FILE_PATH"] = File("dashboard.json"),
        ["DOTNET_gcServer"] = "0",
    };

    private static string? Rid => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => "linux-x64",
        Architecture.Arm64 when OperatingSystem.IsLinux() => "linux-arm64",
        Architecture.X64 when OperatingSystem.IsMacOS() => "osx-x64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "osx-arm64",
        _ => null,
    };

    public override async Task PrepareAsync(CancellationToken stop)
    {
        if (_executable.Length == 0) _executable = await FetchAsync(stop);
        var token = await Passwords.ReadOrMakeAsync(File("token"), stop);
        var key = await Passwords.ReadOrMakeAsync(File("key"), stop);
        await Passwords.WriteAsync(File("dashboard.json"), JsonSerializer.Serialize(new
        {
            ASPNETCORE_URLS = Url(Port),
            ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL = Url(Port + 1),
            Dashboard = new
            {
                ApplicationName = "Tessera",
                Frontend = new { AuthMode = "BrowserToken", BrowserToken = token },
                Otlp = new { AuthMode = "ApiKey", PrimaryApiKey = key },
                Api = new { Enabled = true, AuthMode = "ApiKey", PrimaryApiKey = key },
                // Unlimited by default: one long text in one attribute would be kept ten thousand times.
                TelemetryLimits = new { MaxAttributeLength = 4_000, MaxSpanEventCount = 32 },
            },
        }), stop);
    }

    public override async Task<bool> AnswersAsync(CancellationToken stop)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Url(Port)}/api/telemetry/resources");
        request.Headers.Add(ApiKeyHeader, Key);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var answer = await http.SendAsync(request, stop);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string> FetchAsync(CancellationToken stop)
    {
        var project = Path.Combine(SourceTree.Root, "src", "Apps", "Dashboard", "Dashboard.proj");
        await MsBuildAsync(project, "-target:Restore", stop);
        var said = await MsBuildAsync(project, "-getProperty:DashboardFolder", stop); // Known once it is there.
        var file = Path.Combine(said.Trim(), "Aspire.Dashboard");
        return System.IO.File.Exists(file)
            ? file
            : throw new UserError($"The package of the dashboard has no {file}; see src/Apps/Dashboard.");
    }

    private static Task<string> MsBuildAsync(string project, string what, CancellationToken stop) => RunToEnd.Async(
        [
            Processes.Find("dotnet") ?? "dotnet", "msbuild", project, what, $"-property:DashboardRid={Rid}",
            "-nologo", "-verbosity:quiet",
        ],
        SourceTree.Root, stop);

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private string File(string name) => Path.Combine(Folder, name);
}
