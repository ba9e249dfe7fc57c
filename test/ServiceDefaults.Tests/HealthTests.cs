using System.Net;
using System.Reflection;
using System.Text.Json;

namespace Tessera.ServiceDefaults.Tests;

public sealed class HealthTests(SampleService service) : IClassFixture<SampleService>
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/started")]
    public async Task Tells_anyone_how_it_is(string path)
    {
        using var response = await service.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"status\":\"Healthy\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_which_build_runs()
    {
        using var response = await service.GetAsync("/health/live");
        using var health = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var built = Assembly.GetEntryAssembly()!.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        Assert.Equal(built.InformationalVersion, health.RootElement.GetProperty("version").GetString());
        // None outside git.
        Assert.Equal(AppContext.GetData("Tessera.Revision"), health.RootElement.GetProperty("revision").GetString());
    }

    [Fact]
    public async Task Tells_which_build_runs_with_all_it_measures_and_traces()
    {
        using var response = await service.GetAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var resource = text.Split('\n').Single(line => line.StartsWith("target_info{", StringComparison.Ordinal));
        Assert.Contains($"service_version=\"{ServiceVersion.Own.Version}\"", resource, StringComparison.Ordinal);
        if (ServiceVersion.Own.Revision is { } revision)
            Assert.Contains($"vcs_ref_head_revision=\"{revision}\"", resource, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describes_itself()
    {
        using var response = await service.GetAsync("/openapi/v1.json");
        var document = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("/things/{id}", document, StringComparison.Ordinal);
        Assert.Contains("bearer", document, StringComparison.Ordinal);
    }
}
