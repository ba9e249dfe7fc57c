using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests.Starting;

public sealed class SecretFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("secrets");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_of_the_folder_is_the_setting_of_its_name_and_says_more_than_the_rest()
    {
        File.WriteAllText(_folder.File("Database__ConnectionString"), "Host=db;Password=hush\n");
        var settings = Read(("Tessera:SecretsDirectory", _folder.Path), ("Database:ConnectionString", "Host=other"));
        Assert.Equal("Host=db;Password=hush", settings["Database:ConnectionString"]);
    }

    [Fact]
    public void Without_a_folder_nothing_is_read()
    {
        var settings = Read(("Database:ConnectionString", "Host=other"));
        Assert.Equal("Host=other", settings["Database:ConnectionString"]);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<InvalidOperationException>(
            () => Read(("Tessera:SecretsDirectory", _folder.File("nowhere"))));
        Assert.Contains("Tessera:SecretsDirectory", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_argument_to_migrate_is_the_setting()
    {
        Assert.Equal(["--a=b", "--Tessera:Migrate=Only"], MigrateAndEnd.Read(["--a=b", "--migrate"]));
    }

    private static ConfigurationManager Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        SecretFiles.AddTo(configuration);
        return configuration;
    }
}
