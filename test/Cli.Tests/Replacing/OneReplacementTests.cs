using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>Two commands at once, on one store.</summary>
public sealed class OneReplacementTests : IDisposable
{
    private readonly TemporaryFolder _data = Some.Folder();
    private readonly RunFolder _folder;

    public OneReplacementTests()
    {
        _folder = new RunFolder(_data.Path);
        Directory.CreateDirectory(_folder.Run);
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Of_one_service_a_second_command_replaces_nothing_until_the_first_has_ended()
    {
        using (OneReplacement.Of(_folder, ["orders"]))
        {
            using var other = OneReplacement.Of(_folder, ["payments"]);
            var refused = Assert.Throws<UserError>(() => OneReplacement.Of(_folder, ["catalog", "orders"]));
            Assert.Equal("orders is being replaced already.", refused.Message);
            OneReplacement.Of(_folder, ["catalog"]).Dispose(); // Nothing is kept by who was refused.
        }
        OneReplacement.Of(_folder, ["orders"]).Dispose();
    }

    [Fact]
    public void A_new_login_of_one_service_leaves_that_of_another_as_it_has_become_meanwhile()
    {
        _folder.WriteDatabases(new Dictionary<string, string> { ["orders"] = "o1", ["payments"] = "p1" });
        var other = new RunFolder(_data.Path);
        other.WriteDatabaseOf("payments", "p2");
        _folder.WriteDatabaseOf("orders", "o2");
        other.WriteDatabaseOf("payments", "p1"); // Back, after it failed.
        Assert.Equal(
            new Dictionary<string, string> { ["orders"] = "o2", ["payments"] = "p1" }, other.ReadDatabases());
    }

    [Fact]
    public async Task Logins_that_are_changed_at_the_same_moment_are_all_there()
    {
        var services = Enumerable.Range(0, 40).Select(number => $"service-{number}").ToArray();
        await Task.WhenAll(services.Select(service => Task.Run(
            () => new RunFolder(_data.Path).WriteDatabaseOf(service, service + "'s"))));
        Assert.Equal(services.Order(), _folder.ReadDatabases()!.Keys.Order());
    }

    [Fact]
    public void Everything_is_what_has_a_build_and_a_service_in_another_language_is_refused_by_name()
    {
        InstanceState[] all = [Named("orders"), Named("notifications"), Named("gateway")];
        Assert.Equal(["orders", "gateway"], ReplaceCommand.WithBuilds(all, null).Select(each => each.Name));
        var refused = Assert.Throws<UserError>(() => ReplaceCommand.WithBuilds([all[1]], "notifications"));
        Assert.StartsWith("notifications is built when the store starts", refused.Message, StringComparison.Ordinal);
    }

    private static InstanceState Named(string name) => new(name, name, "ready", "", 1, 2, null, 0, "");
}
