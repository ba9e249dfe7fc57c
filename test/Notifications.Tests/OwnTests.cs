using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>The tests that the program has in its own language.</summary>
public sealed class OwnTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Pass()
    {
        await NotificationsBuild.RequireAsync();
        var environment = new Dictionary<string, string>
        {
            ["TESSERA_CONTRACTS"] = NotificationsBuild.Contracts,
            ["NO_COLOR"] = "1",
        };
        if (postgres.IsAvailable) environment["TESSERA_TEST_DATABASE"] = await postgres.CreateDatabaseAsync();
        var (code, output) = await NodePackages.RunAsync(NotificationsBuild.Folder, "npm", ["test"], environment);
        Assert.True(code == 0, output);
    }
}
