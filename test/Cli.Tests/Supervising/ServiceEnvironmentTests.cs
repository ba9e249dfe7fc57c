using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Supervising;

public sealed class ServiceEnvironmentTests
{
    private const string Traces = "http://127.0.0.1:18888/traces/detail/{trace}";

    /// <summary>Or the console would show the ids of traces alone beside a dashboard that has them.</summary>
    [Fact]
    public void Tells_the_console_where_the_dashboard_shows_a_trace()
    {
        using var folder = Some.Folder();
        var settings = Some.Settings(folder.Path) with
        {
            Telemetry = new TelemetryTarget("http://127.0.0.1:18889", "key", Traces),
        };
        var plan = Plan.Make(SourceTree.Services(), settings, Some.Ports(), foreign: SourceTree.Foreign());
        var told = new ServiceEnvironment(new RunFolder(folder.Path), settings, plan, "a-run");
        foreach (var instance in plan.Instances)
        {
            Assert.Equal(
                instance.Service == "ops" ? Traces : null, told.For(instance).GetValueOrDefault("Ops__Traces"));
        }
    }
}
