using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tessera.Cli.Scaffolding;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>The files and lists; that they compile and run is asked where Node is, among the tests of Notifications.
/// </summary>
public sealed partial class NewTypescriptServiceTests : IDisposable
{
    private static readonly string[] _toNode = ["node:", "./", "../"];
    private readonly TemporaryFolder _root = Some.Folder();

    public NewTypescriptServiceTests()
    {
        Directory.CreateDirectory(_root.File("src/Services/Gateway"));
        var model = Path.Combine(SourceTree.Root, "src/Services/Notifications");
        foreach (var file in new[] { "src/Services/Gateway/routes.json", "src/Services/shop.json" }.Concat(
            Directory.EnumerateFiles(model, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(SourceTree.Root, file))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.File(file))!);
            File.Copy(Path.Combine(SourceTree.Root, file), _root.File(file));
        }
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Writes_every_file_that_another_imports_and_asks_for_every_package()
    {
        var service = Make();
        var files = Directory.EnumerateFiles(service, "*.ts", SearchOption.AllDirectories).ToList();
        var imports = files.SelectMany(file => Import().Matches(File.ReadAllText(file))
            .Select(match => (File: file, From: match.Groups[1].Value))).ToList();
        var missing = imports.Where(each => each.From.StartsWith('.'))
            .Select(each => Path.GetFullPath(Path.Combine(
                Path.GetDirectoryName(each.File)!, Path.ChangeExtension(each.From, ".ts"))))
            .Where(file => !File.Exists(file));
        Assert.Empty(missing);
        var package = Read(service, "package.json");
        var asked = package["dependencies"]!.AsObject().Concat(package["devDependencies"]!.AsObject())
            .Select(each => each.Key).ToHashSet();
        var used = imports.Select(each => each.From).Where(from => !_toNode.Any(from.StartsWith)).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.Empty(used.Where(name => name != "vitest/config").Except(asked));
    }

    [Fact]
    public void Has_its_name_everywhere_and_nothing_of_its_model()
    {
        var service = Make();
        foreach (var file in Directory.EnumerateFiles(service, "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotMatch("(?i)notification|nodemailer|mailparser|smtp-server|\\b8179\\b|__name__", text);
        }
        Assert.Contains("loyalty", File.ReadAllText(Path.Combine(service, "src/settings/readCommon.ts")),
            StringComparison.Ordinal);
        Assert.Throws<UserError>(() => NewTypescriptService.Make(_root.Path, "Loyalty"));
    }

    [Fact]
    public void Pins_what_it_asks_for_and_no_package_that_nobody_needs()
    {
        var service = Make();
        var package = Read(service, "package.json");
        var packages = Read(service, "package-lock.json")["packages"]!.AsObject();
        foreach (var kind in new[] { "dependencies", "devDependencies" })
            Assert.True(JsonNode.DeepEquals(package[kind], packages[""]![kind]), kind);
        var model = Read(_root.File("src/Services/Notifications"), "package-lock.json")["packages"]!.AsObject();
        // Of the packages for mails alone, one that is asked for by another of them.
        Assert.True(model.ContainsKey("node_modules/libmime"));
        Assert.False(packages.ContainsKey("node_modules/libmime"));
        Assert.True(packages.ContainsKey("node_modules/fastify"));
    }

    [Fact]
    public void Is_in_the_lists_by_which_it_is_started_and_reached()
    {
        var service = Make();
        using var shop = JsonDocument.Parse(File.ReadAllText(_root.File("src/Services/shop.json")));
        var listed = shop.RootElement.GetProperty("foreign").EnumerateArray().ToList();
        var entry = listed.Single(each => each.GetProperty("name").GetString() == "Loyalty");
        var foreign = listed.Select(each => new ForeignService(each.GetProperty("name").GetString()!)).ToList();
        var planned = Plan.Make(["Users", "Gateway"], Some.Settings(), Some.Ports(), foreign: foreign)
            .Foreign.Single(each => each.Name == "loyalty");
        Assert.Equal(
            (entry.GetProperty("http1").GetInt32(), entry.GetProperty("http2").GetInt32()),
            (planned.Http1, planned.Http2));
        Assert.Contains($"127.0.0.1:{planned.Http1}", File.ReadAllText(
            Path.Combine(service, "src/settings/readCommon.ts")), StringComparison.Ordinal);
        using var routes = JsonDocument.Parse(File.ReadAllText(_root.File("src/Services/Gateway/routes.json")));
        Assert.Equal(
            ["/api/v1/loyalty/{**rest}", "/api/v1/services/loyalty/messaging/{**rest}"],
            routes.RootElement.GetProperty("routes").EnumerateArray()
                .Where(route => route.GetProperty("service").GetString() == "loyalty")
                .Select(route => route.GetProperty("path").GetString()!));
    }

    [Theory]
    [InlineData("loyalty")]
    [InlineData("NOTIFICATIONS")]
    [InlineData("Console")]
    public void Refuses_a_name_that_cannot_be_or_is_taken(string name) =>
        Assert.Throws<UserError>(() => NewTypescriptService.Make(_root.Path, name));

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    public void Changes_no_list_that_is_not_as_expected(string list)
    {
        Assert.Throws<UserError>(() => NewTypescriptService.AddRoutes(list, "Loyalty"));
        Assert.Throws<UserError>(() => NewTypescriptService.AddToShop(list, "Loyalty"));
    }

    private string Make()
    {
        NewTypescriptService.Make(_root.Path, "Loyalty");
        return _root.File("src/Services/Loyalty");
    }

    private static JsonNode Read(string folder, string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, file)))!;

    [GeneratedRegex("from '([^']+)'")]
    private static partial Regex Import();
}
