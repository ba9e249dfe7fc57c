using System.Net;

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
    public async Task Describes_itself()
    {
        using var response = await service.GetAsync("/openapi/v1.json");
        var document = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("/things/{id}", document, StringComparison.Ordinal);
        Assert.Contains("bearer", document, StringComparison.Ordinal);
    }
}
