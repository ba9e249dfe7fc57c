using System.Globalization;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Scaffolding;

/// <summary>Writes a service in TypeScript of a new name into the repository. What every such service needs it takes
/// over from the one that is there, as that is now; its own work begins as an example.</summary>
internal static class NewTypescriptService
{
    private const string Model = "src/Services/Notifications";

    private static readonly string[] _takenOver =
    [
        ".dockerignore", ".npmrc", "Dockerfile", "build.mjs", "tsconfig.json", "tsconfig.test.json", "vitest.config.ts",
        "schema/sqlite/001-messages.sql", "schema/postgres/001-messages.sql", "src/brokers", "src/calling",
        "src/events", "src/inbox", "src/main.ts", "src/operations",
        "src/seeing", "src/settings", "src/store", "src/waiting", "test/some",
    ];

    /// <summary>Of what is taken over: the model's own work.</summary>
    private static readonly string[] _notTakenOver =
        ["src/operations/preferences.ts", "src/settings/readSettings.ts"];

    /// <summary>Those of the model's own work.</summary>
    private static readonly string[] _packagesLeftOut =
        ["nodemailer", "mailparser", "smtp-server", "@types/mailparser"];

    private static readonly (string Template, string Path)[] _files =
    [
        ("run.ts", "src/run.ts"),
        ("service.ts", "src/service.ts"),
        ("noteOrder.ts", "src/orders/noteOrder.ts"),
        ("readOrders.ts", "src/orders/readOrders.ts"),
        ("noteOrder.test.ts", "test/orders/noteOrder.test.ts"),
        ("orders.sqlite.sql", "schema/sqlite/002-orders.sql"),
        ("orders.postgres.sql", "schema/postgres/002-orders.sql"),
    ];

    /// <returns>What was done, in lines to show.</returns>
    public static IReadOnlyList<string> Make(string root, string name)
    {
        NewService.RefuseName(root, name);
        var routes = Path.Combine(root, "src", "Services", "Gateway", "routes.json");
        var shop = Path.Combine(root, "src", "Services", "shop.json");
        // All is made before anything is written.
        var (newShop, port) = AddToShop(File.ReadAllText(shop), name);
        var newRoutes = AddRoutes(File.ReadAllText(routes), name);
        var files = FilesOf(root, name, port);
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        File.WriteAllText(routes, newRoutes);
        File.WriteAllText(shop, newShop);
        var service = name.ToLowerInvariant();
        return
        [
            .. files.Keys.Select(path => $"wrote   {path}"),
            "changed src/Services/Gateway/routes.json",
            "changed src/Services/shop.json",
            "Start it with: tessera down; tessera up. " +
            $"It counts the orders that are placed, at /api/v1/{service}/orders for operators.",
        ];
    }

    /// <summary>The next port below those of the others, which is where it is started.</summary>
    public static (string Shop, int Port) AddToShop(string shop, string name)
    {
        var begin = shop.IndexOf("\"foreign\": [", StringComparison.Ordinal);
        var end = begin < 0 ? -1 : shop.IndexOf("\n  ]", begin, StringComparison.Ordinal);
        if (end < 0) throw new UserError($"src/Services/shop.json is not as expected; add {name} there by hand.");
        var next = NewService.PortsIn(shop[begin..end]).Min() - 1;
        var entry = string.Create(CultureInfo.InvariantCulture,
            $",\n    {{ \"name\": \"{name}\", \"language\": \"typescript\", ") +
            string.Create(CultureInfo.InvariantCulture, $"\"http1\": {next}, \"http2\": {next + 1000}, ") +
            "\"calls\": [\"users\", \"webhooks\"] }";
        return (NewService.Valid(shop.Insert(end, entry), "src/Services/shop.json", name), next);
    }

    /// <summary>Its own addresses, and those for operators.</summary>
    public static string AddRoutes(string routes, string name)
    {
        var service = name.ToLowerInvariant();
        var beside = routes.IndexOf(
            "{ \"path\": \"/api/v1/services/{service}/messaging/", StringComparison.Ordinal);
        var line = beside < 0 ? -1 : routes.LastIndexOf('\n', beside) + 1;
        var added =
            $"    {{ \"path\": \"/api/v1/{service}/{{**rest}}\", \"under\": \"/api/v1\", " +
            $"\"service\": \"{service}\", \"policy\": \"operator\" }},\n" +
            $"    {{ \"path\": \"/api/v1/services/{service}/messaging/{{**rest}}\", " +
            $"\"under\": \"/api/v1/services/{service}\", \"service\": \"{service}\", \"policy\": \"operator\" }},\n";
        return NewService.Valid(
            line < 0 ? null : routes.Insert(line, added), "src/Services/Gateway/routes.json", name);
    }

    private static SortedDictionary<string, string> FilesOf(string root, string name, int port)
    {
        var model = Path.Combine(root, Model);
        var modelPort = File.ReadAllText(Path.Combine(root, "src", "Services", "shop.json")) is var shop
            ? NewService.PortsIn(shop[shop.IndexOf("\"Notifications\"", StringComparison.Ordinal)..]).First() : 0;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in _takenOver)
        {
            var from = Path.Combine(model, entry);
            var each = Directory.Exists(from)
                ? Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories) : [from];
            foreach (var file in each)
            {
                var path = Path.GetRelativePath(model, file).Replace('\\', '/');
                if (!_notTakenOver.Contains(path)) Add(path, Renamed(File.ReadAllText(file), name, modelPort, port));
            }
        }
        foreach (var (template, path) in _files)
            Add(path, NewService.Fill(NewService.ReadTemplate("TypeScript/" + template), name));
        var package = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "package.json")))!.AsObject();
        var pinned = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "package-lock.json")))!.AsObject();
        NodePackageFiles.Rename(package, pinned, "tessera-" + name.ToLowerInvariant());
        package["description"] = "Notes the orders that are placed.";
        NodePackageFiles.LeaveOut(package, pinned, _packagesLeftOut);
        Add("package.json", NodePackageFiles.Write(package));
        Add("package-lock.json", NodePackageFiles.Write(pinned));
        return files;

        void Add(string path, string text) => files.Add($"src/Services/{name}/{path}", text);
    }

    private static string Renamed(string text, string name, int modelPort, int port) => text
        .Replace("Notifications", name, StringComparison.Ordinal)
        .Replace("notifications", name.ToLowerInvariant(), StringComparison.Ordinal)
        .Replace(
            modelPort.ToString(CultureInfo.InvariantCulture), port.ToString(CultureInfo.InvariantCulture),
            StringComparison.Ordinal);
}
