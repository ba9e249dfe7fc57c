using Microsoft.Extensions.Configuration.Json;

namespace Tessera.ServiceDefaults.Tests.Starting;

public sealed class SettingsFileTests
{
    [Fact]
    public void Watches_no_file_of_settings()
    {
        var builder = ServiceStart.NewBuilder([]);
        ServiceStart.IsOver(); // What the test process does not catch is not a refused start.
        var files = builder.Configuration.Sources.OfType<JsonConfigurationSource>().ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.False(file.ReloadOnChange, file.Path));
    }
}
