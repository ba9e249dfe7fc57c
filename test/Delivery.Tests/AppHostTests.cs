using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Tessera.AppHost;
using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Delivery.Tests;

/// <summary>The store as Aspire's model: built, not started.</summary>
public sealed class AppHostTests
{
    [Fact]
    public void Has_the_processes_of_the_list_at_their_ports_and_programs_that_are_there()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            ProjectDirectory = Path.Combine(SourceTree.Root, "src", "Apps", "AppHost"),
            DisableDashboard = true,
            Args = ["--Store:Port=9000"],
        });
        StoreModel.AddTo(builder);
        var resources = builder.Resources.OfType<ExecutableResource>().ToDictionary(each => each.Name);
        var listed = ListedProcess.Own();
        Assert.Equal(listed.Select(each => each.Name).Order(), resources.Keys.Order());
        foreach (var process in listed)
        {
            var endpoint = Assert.Single(resources[process.Name].Annotations.OfType<EndpointAnnotation>());
            Assert.Equal(process.Http1 + 920, endpoint.Port);
            Assert.True(File.Exists(Path.Combine(
                resources[process.Name].WorkingDirectory, $"Tessera.{process.Project}.dll")));
        }
    }
}
