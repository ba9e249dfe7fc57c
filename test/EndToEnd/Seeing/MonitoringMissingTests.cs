using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A machine without Prometheus.</summary>
public sealed class MonitoringMissingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("no-prometheus");

    [Fact]
    public async Task Up_says_in_one_line_what_is_missing_and_how_to_get_it()
    {
        var nothing = new Dictionary<string, string> { ["PATH"] = _folder.Path };
        var result = await Command.RunAsync(
            nothing, TestContext.Current.CancellationToken,
            "up", "--empty", "--monitoring", "--port", "14700", "--data", _folder.File("store"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.EndsWith(
            "prometheus is not here: apt-get install prometheus prometheus-alertmanager, or leave out --monitoring.",
            Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Trim(),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
