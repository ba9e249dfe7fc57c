using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Schemas;

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
        Assert.Empty(CheckSchema.Breaches(SchemaFile.OfLibrary()));

    [Fact]
    public void There_are_steps_of_both_engines_to_look_at() =>
        Assert.Equal(["postgres", "sqlite"], SchemaFile.OfLibrary().Select(file => file.Engine).Distinct());

    [Theory, MemberData(nameof(Services))]
    public void Has_a_release_to_be_compared_with(string name) =>
        Assert.NotEmpty(new ContractFolder(repository).Releases(name));
}
