using Xunit;

namespace Tessera.Repo.Tests;

public sealed class RoomTests
{
    [Fact]
    public void No_folder_is_crowded() =>
        Assert.Empty(RoomRules.CrowdedFolders(Repository.Files(".cs").Concat(Repository.Files(".razor"))
            .Concat(Repository.Files(".ts"))));

    [Fact]
    public void Catches_a_crowded_folder()
    {
        var files = Enumerable.Range(0, RoomRules.FilesMax).Select(number => $"src/A/F{number}.cs").ToList();
        Assert.Empty(RoomRules.CrowdedFolders([.. files, "src/A/B/F.cs"]));
        Assert.NotEmpty(RoomRules.CrowdedFolders([.. files, "src/A/F.cs"]));
    }

    [Fact]
    public void Every_project_keeps_to_its_room() => Assert.Empty(Repository.Projects.SelectMany(RoomRules.Violations));

    [Fact]
    public void There_are_projects_to_look_at() =>
        Assert.Contains(Repository.Projects, project => project.Name == "Orders.Contracts");

    [Theory]
    [InlineData("Orders")]
    [InlineData("Messaging")]
    [InlineData("MessagingDefaults")]
    public void Catches_pages_that_reach_behind_the_gateway(string project)
    {
        foreach (var app in new[] { "Web", "Ops", "PageDefaults" })
            Assert.NotEmpty(RoomRules.Violations(Project.At($"src/Apps/{app}/{app}.csproj").Referencing(project)));
    }

    [Theory]
    [InlineData("Orders")]
    [InlineData("ServiceDefaults")]
    public void Catches_stories_that_need_more_than_contracts(string project) =>
        Assert.NotEmpty(RoomRules.Violations(Project.At("src/Apps/Stories/Stories.csproj").Referencing(project)));

    [Theory]
    [InlineData("Orders")]
    [InlineData("Orders.Contracts")]
    [InlineData("Cli")]
    public void Catches_a_gate_that_knows_what_it_judges(string project) =>
        Assert.NotEmpty(RoomRules.Violations(Project.At("src/Apps/Releasing/Releasing.csproj").Referencing(project)));

    [Fact]
    public void Catches_a_service_that_references_the_gate() =>
        Assert.NotEmpty(RoomRules.Violations(
            Project.At("src/Services/Orders/Orders.csproj").Referencing("Releasing")));

    [Fact]
    public void Catches_a_service_that_references_a_service() =>
        Assert.NotEmpty(RoomRules.Violations(Project.At("src/Services/Orders/Orders.csproj").Referencing("Payments")));

    [Fact]
    public void Catches_a_service_that_references_a_broker_package() =>
        Assert.NotEmpty(RoomRules.Violations(Project.At("src/Services/Orders/Orders.csproj").Using("Confluent.Kafka")));

    [Fact]
    public void Catches_a_service_that_references_a_transport() =>
        Assert.NotEmpty(
            RoomRules.Violations(Project.At("src/Services/Orders/Orders.csproj").Referencing("Messaging.Kafka")));

    [Fact]
    public void Catches_a_contract_that_references_anything()
    {
        var contracts = Project.At("src/Services/Orders.Contracts/Orders.Contracts.csproj");
        Assert.NotEmpty(RoomRules.Violations(contracts.Referencing("Messaging")));
        Assert.NotEmpty(RoomRules.Violations(contracts.Using("Dapper")));
    }

    [Fact]
    public void Catches_a_library_that_references_a_service() =>
        Assert.NotEmpty(RoomRules.Violations(
            Project.At("src/Messaging/Messaging/Messaging.csproj").Referencing("Orders.Contracts")));

    [Fact]
    public void Catches_a_backend_that_references_a_backend() =>
        Assert.NotEmpty(RoomRules.Violations(
            Project.At("src/Messaging/Messaging.Redis/Messaging.Redis.csproj").Referencing("Messaging.Kafka")));

    [Fact]
    public void Accepts_a_service_that_references_contracts_and_defaults() =>
        Assert.Empty(RoomRules.Violations(Project.At("src/Services/Orders/Orders.csproj")
            .Referencing(
                "Orders.Contracts", "Payments.Contracts", "Messaging", "ServiceDefaults", "MessagingDefaults")));
}
