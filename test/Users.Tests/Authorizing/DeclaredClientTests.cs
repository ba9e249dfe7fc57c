using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>Clients that configuration declares.</summary>
public sealed class DeclaredClientTests
{
    private static readonly Dictionary<string, string?> good = new()
    {
        ["Users:Clients:0:Id"] = "partner",
        ["Users:Clients:0:Secret"] = UsersProcess.Password,
        ["Users:Clients:0:Grants:0"] = "authorization_code",
        ["Users:Clients:0:Scopes:0"] = "orders.read",
        ["Users:Clients:0:RedirectUris:0"] = "https://partner.example/back",
        ["Users:Clients:1:Id"] = "desktop",
        ["Users:Clients:1:IsPublic"] = "true",
        ["Users:Clients:1:Grants:0"] = "authorization_code",
        ["Users:Clients:1:RedirectUris:0"] = "http://127.0.0.1/back",
        ["Users:Clients:1:RedirectUris:1"] = "org.example.desktop:/back",
    };

    [Theory]
    [InlineData("0:RedirectUris:0", "http://partner.example/back", "must begin with https://")]
    [InlineData("0:RedirectUris:0", "https://partner.example/back#part", "fragment")]
    [InlineData("0:RedirectUris:0", "https://partner.example/*", "letter by letter")]
    [InlineData("0:RedirectUris:0", "https://*.partner.example/back", "*")]
    [InlineData("0:RedirectUris:0", "partner.example/back", "absolute")]
    [InlineData("0:RedirectUris:1", "javascript:alert(1)", "must begin with https://")]
    [InlineData("0:SignedOutUris:0", "http://partner.example/", "must begin with https://")]
    [InlineData("0:RedirectUris:0", null, "go together", "0:RedirectUris:")]
    [InlineData("0:Grants:0", "password", "There is no grant 'password'", "0:Grants:")]
    [InlineData("0:Scopes:0", "orders.everything", "There is no scope 'orders.everything'", "0:Scopes:")]
    [InlineData("0:Secret", null, "needs one")]
    [InlineData("0:Id", "web", "the store's own")]
    [InlineData("1:Id", "partner", "another client")]
    [InlineData("1:Id", "x", "2 to 63 characters")]
    [InlineData("1:Grants:1", "client_credentials", "has no credentials", "1:IsPublic:")]
    public void Names_what_is_wrong_with_one(string key, string? value, string why, string? named = null)
    {
        var settings = new Dictionary<string, string?>(good) { ["Users:Clients:" + key] = value };
        if (value is null) settings.Remove("Users:Clients:" + key);
        var refused = Assert.Throws<OptionsValidationException>(() => Read(settings));
        Assert.Contains("Users:Clients:" + (named ?? key), refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_those_that_can_be_trusted() => Assert.Equal(2, Read(good).Clients.Length);

    [Fact]
    public async Task Does_not_start_with_a_bad_one_and_leaves_the_database_alone()
    {
        using var data = new TemporaryFolder("users");
        var settings = new Dictionary<string, string?>(good)
        {
            ["Users:Clients:0:RedirectUris:0"] = "http://partner.example/back",
        };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync(
            "Users", data.Path,
            [.. settings.Select(pair => (pair.Key, pair.Value!))]));
        Assert.Contains(
            "Users:Clients:0:RedirectUris:0: 'http://partner.example/back' must begin with https://",
            refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(data.Path, "*.db", SearchOption.AllDirectories));
    }

    private static UsersOptions Read(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddOptions<UsersOptions>().BindConfiguration(UsersOptions.Section).ValidateKeys(UsersOptions.Section);
        return services.BuildServiceProvider().GetRequiredService<IOptions<UsersOptions>>().Value;
    }
}
