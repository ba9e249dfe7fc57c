using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Schemas;
using Tessera.Testing;

namespace Tessera.Releasing.Tests;

/// <summary>The gate, over what the services of this tree offer now.</summary>
public sealed class ContractTests
{
    private static readonly Repository repository = new(Here.Root);

    public static TheoryData<string> Services() => [.. repository.WithContracts.Select(service => service.Name)];

    [Theory, MemberData(nameof(Services))]
    public async Task Keeps_what_was_promised(string name)
    {
        var service = repository.Find(name);
        var described = await DescribeServices.AskAsync(repository, service, TestContext.Current.CancellationToken);
        Assert.Empty(new CheckService(repository).Faults(service, described));
        // What its version.txt says has come into the program.
        Assert.Equal(Versions.Read(repository, service).ToString(), described["version"]!.GetValue<string>());
    }

    [Theory, MemberData(nameof(Services))]
    public void Requests_refuse_what_they_do_not_know(string name)
    {
        var document = new ContractFolder(repository).ApprovedContract(name).Http!;
        var bodies = CompareOperations.Operations(document).Values
            .Select(operation => (operation.Name,
                Schema: operation.Told["requestBody"]?["content"]?["application/json"]?["schema"]))
            .Where(body => body.Schema is not null).ToArray();
        Assert.NotEmpty(bodies);
        Assert.Empty(bodies.SelectMany(body => Open(Shape.Of(document, body.Schema!.AsObject()), body.Name, 0)));
    }

    private static IEnumerable<string> Open(Shape shape, string path, int depth)
    {
        if (depth > 8) return [];
        IEnumerable<string> own = shape.Properties.Count > 0 && !shape.IsClosed ? [path] : [];
        return own
            .Concat(shape.Element is { } element ? Open(element, path + "[]", depth + 1) : [])
            .Concat(shape.Properties.SelectMany(each => Open(each.Value, $"{path} {each.Key}", depth + 1)));
    }

    [Fact]
    public void The_librarys_own_tables_can_be_used_by_the_version_before() =>
        Assert.Empty(new CheckService(repository).SchemaFaultsOfOthers());

    [Fact]
    public void A_step_of_the_librarys_own_tables_that_was_released_stays_as_it_is()
    {
        var released = new ContractFolder(repository).Newest(ContractFolder.Library)!.Scripts;
        Assert.Superset(
            new HashSet<string>
            {
                "Schema.cs step 1", "Schema.cs step 2",
                "SqliteSchema.cs step 1", "SqliteSchema.cs step 2", "SqliteSchema.cs step 3",
            },
            released.Keys.ToHashSet());
        foreach (var step in SchemaFile.OfLibrary().Where(each => released.ContainsKey(each.Name)))
        {
            var changed = SchemaFile.OfLibrary().Select(each => each.Name == step.Name
                ? each with { Sql = each.Sql + "; create table msg_more (a int)" }
                : each);
            var breach = Assert.Single(CheckSchema.Breaches([.. changed], released));
            Assert.Equal(("released-file", step.Path), (breach.Rule, breach.Where));
        }
    }

    [Fact]
    public void A_release_keeps_what_it_brings_of_the_librarys_own_tables()
    {
        using var tree = new TemporaryFolder("library");
        Directory.CreateDirectory(Path.Combine(tree.Path, "src", "Services"));
        File.WriteAllText(Path.Combine(tree.Path, "src", "Services", "shop.json"), """{ "services": [] }""");
        var folder = new ContractFolder(new Repository(tree.Path));
        var first = new SchemaFile("Schema.cs step 1", "postgres", "create table a (b int)");
        var second = new SchemaFile("Schema.cs step 2", "postgres", "create table c (d int)");
        Assert.Equal("contracts/messaging/released/1.0.0", folder.ReleaseLibrary([first]));
        Assert.Null(folder.ReleaseLibrary([first]));
        Assert.Equal("contracts/messaging/released/1.1.0", folder.ReleaseLibrary([first, second]));
        Assert.Equal([first.Name, second.Name], folder.Newest(ContractFolder.Library)!.Scripts.Keys);
    }

    [Fact]
    public void Tables_of_no_service_of_the_list_are_looked_at_too()
    {
        using var tree = new TemporaryFolder("others");
        var services = Directory.CreateDirectory(Path.Combine(tree.Path, "src", "Services")).FullName;
        File.WriteAllText(
            Path.Combine(services, "shop.json"), """{ "services": [], "foreign": [{ "name": "Letters" }] }""");
        var schema = Directory.CreateDirectory(Path.Combine(services, "Letters", "schema", "postgres")).FullName;
        File.WriteAllText(Path.Combine(schema, "001-letters.sql"), "alter table letters drop column stamp;");
        var tables = new Repository(tree.Path);
        new ContractFolder(tables).ReleaseLibrary(
            [new SchemaFile("Schema.cs step 1", "postgres", "create table a (b int)")]);
        var faults = new CheckService(tables).SchemaFaultsOfOthers();
        Assert.Contains(faults, fault => fault.StartsWith(
            "src/Services/Letters/schema/postgres/001-letters.sql: ", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith(
            "src/Messaging/Messaging.Postgres/Schema.cs step 1: was released", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_in_another_language_has_numbered_files_for_each_engine_that_are_looked_at()
    {
        var files = SchemaFile.OfForeign(repository, "Notifications");
        Assert.Equal(["postgres", "sqlite"], files.Select(file => file.Engine).Distinct());
        var drop = files[0] with { Path = files[0].Path.Replace("001-", "999-", StringComparison.Ordinal) };
        Assert.NotEmpty(CheckSchema.Breaches([.. files, drop with { Sql = "alter table mails drop column kind;" }]));
    }

    [Fact]
    public async Task What_a_reader_in_another_language_would_feel_and_what_nobody_compares_are_faults_of_a_publisher()
    {
        var service = repository.Find("inventory");
        var described = await DescribeServices.AskAsync(repository, service, TestContext.Current.CancellationToken);
        var low = described["events"]!.AsArray().Single(each => $"{each!["type"]}" == "inventory.stock-low.v1")!;
        low["schema"]!["properties"]!["onHand"]!["type"] = "string";
        low["schema"]!["properties"]!["sku"]!["const"] = "MUG-1";
        var faults = new CheckService(repository).Faults(service, described);
        Assert.Contains(
            faults, fault => fault.Contains("notifications reads it as integer int64", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("stock-low.v1 says const", StringComparison.Ordinal));
    }

    [Fact]
    public void There_are_steps_of_both_engines_to_look_at() =>
        Assert.Equal(["postgres", "sqlite"], SchemaFile.OfLibrary().Select(file => file.Engine).Distinct());

    [Theory, MemberData(nameof(Services))]
    public void Has_a_release_to_be_compared_with(string name) =>
        Assert.NotEmpty(new ContractFolder(repository).Releases(name));
}
