using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Cli.Scaffolding;

/// <summary>Writes a service of a new name into the repository: its project, its contracts, its route, its
/// line in the solution.</summary>
internal static partial class NewService
{
    private static readonly (string Template, string Path)[] _files =
    [
        ("Contracts.csproj", "src/Services/__Name__.Contracts/__Name__.Contracts.csproj"),
        ("Events.cs", "src/Services/__Name__.Contracts/__Name__Events.cs"),
        ("Shapes.cs", "src/Services/__Name__.Contracts/__Name__Shapes.cs"),
        ("Service.csproj", "src/Services/__Name__/__Name__.csproj"),
        ("Program.cs", "src/Services/__Name__/Program.cs"),
        ("Api.cs", "src/Services/__Name__/__Name__Api.cs"),
        ("ListEntries.cs", "src/Services/__Name__/ListEntries.cs"),
        ("AddEntry.cs", "src/Services/__Name__/AddEntry.cs"),
        ("version.txt", "src/Services/__Name__/version.txt"),
        ("Schema.sql", "src/Services/__Name__/Schema/0001-entries.sql"),
    ];

    /// <summary>Pages, and clients that Users knows by these names.</summary>
    private static readonly string[] _reserved = ["Web", "Ops", "Console", "Scripts"];

    /// <returns>What was done, in lines to show.</returns>
    public static IReadOnlyList<string> Make(string root, string name)
    {
        RefuseName(root, name);
        var services = Path.Combine(root, "src", "Services");

        // What is to be changed is read first: when that is not as expected, nothing has been written yet.
        var solution = Path.Combine(root, "Tessera.slnx");
        var routes = Path.Combine(services, "Gateway", "routes.json");
        var shop = Path.Combine(services, "shop.json");
        var newSolution = AddToSolution(File.ReadAllText(solution), name);
        var newRoutes = AddRoute(File.ReadAllText(routes), name);
        var newShop = AddToShop(File.ReadAllText(shop), name);
        var done = new List<string>();
        foreach (var (template, path) in _files)
        {
            var file = Path.Combine(root, Fill(path, name));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Fill(ReadTemplate(template), name));
            done.Add($"wrote   {Fill(path, name)}");
        }
        File.WriteAllText(solution, newSolution);
        File.WriteAllText(routes, newRoutes);
        File.WriteAllText(shop, newShop);
        done.Add("changed Tessera.slnx");
        done.Add("changed src/Services/Gateway/routes.json");
        done.Add("changed src/Services/shop.json");
        done.Add(
            "Start it with: tessera down; tessera up. " +
            $"It answers at /api/v1/{name.ToLowerInvariant()} to who is signed in.");
        return done;
    }

    /// <summary>Refuses what is no name of a service, or is one already.</summary>
    public static void RefuseName(string root, string name)
    {
        if (!Name().IsMatch(name) || name.EndsWith("Contracts", StringComparison.Ordinal)
            || name.EndsWith("Defaults", StringComparison.Ordinal)
            || _reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            throw new UserError(
                $"'{name}' cannot name a service: a capital letter first, " +
                "then letters and digits, 3 to 30, such as Loyalty.", ExitCodes.Usage);
        }
        var services = Path.Combine(root, "src", "Services");
        var taken = Directory.EnumerateDirectories(services).Select(folder => Path.GetFileName(folder)!)
            .FirstOrDefault(folder => folder.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (taken is not null)
        {
            throw new UserError($"There is a service {taken} already, in {Path.Combine(services, taken)}.");
        }
    }

    public static string AddToSolution(string solution, string name)
    {
        const string folder = "<Folder Name=\"/src/Services/\">";
        var at = solution.IndexOf(folder, StringComparison.Ordinal);
        if (at < 0) throw new UserError($"Tessera.slnx has no {folder}; add the projects of {name} by hand.");
        var lines =
            $"\n    <Project Path=\"src/Services/{name}.Contracts/{name}.Contracts.csproj\" />" +
            $"\n    <Project Path=\"src/Services/{name}/{name}.csproj\" />";
        return solution.Insert(at + folder.Length, lines);
    }

    public static string AddRoute(string routes, string name)
    {
        var service = name.ToLowerInvariant();
        var last = routes.LastIndexOf("\"under\": \"/api/v1\",", StringComparison.Ordinal);
        var line = last < 0 ? -1 : routes.LastIndexOf('\n', last) + 1;
        var route =
            $"    {{ \"path\": \"/api/v1/{service}/{{**rest}}\", \"under\": \"/api/v1\", " +
            $"\"service\": \"{service}\", \"policy\": \"signed-in\" }},\n";
        return Valid(line < 0 ? null : routes.Insert(line, route), "src/Services/Gateway/routes.json", name);
    }

    /// <summary>The next ports, its own stream, and nobody's events read.</summary>
    public static string AddToShop(string shop, string name)
    {
        // Foreign services stand apart, well above.
        var list = shop.IndexOf("\"services\"", StringComparison.Ordinal);
        var next = PortsIn(list < 0 ? shop : shop[list..]).DefaultIfEmpty().Max() + 1;
        var end = shop.LastIndexOf("\n  ]", StringComparison.Ordinal);
        var entry = string.Create(CultureInfo.InvariantCulture,
            $",\n    {{ \"name\": \"{name}\", \"http1\": {next}, \"http2\": {next + 1000}, ") +
            $"\"stream\": \"{name.ToLowerInvariant()}\", \"reads\": [] }}";
        return Valid(end < 0 ? null : shop.Insert(end, entry), "src/Services/shop.json", name);
    }

    /// <summary>Those for people, in the order of the list.</summary>
    public static IEnumerable<int> PortsIn(string shop) => Port().Matches(shop)
        .Select(port => int.Parse(port.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    public static string Valid(string? changed, string file, string name)
    {
        try
        {
            using var read = JsonDocument.Parse(changed ?? "");
            return changed!;
        }
        catch (JsonException)
        {
            throw new UserError($"{file} is not as expected; add {name} there by hand.");
        }
    }

    public static string Fill(string text, string name) => text
        .Replace("__Name__", name, StringComparison.Ordinal)
        .Replace("__name__", name.ToLowerInvariant(), StringComparison.Ordinal);

    public static string ReadTemplate(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Template/{name}.txt")
            ?? throw new InvalidOperationException($"The template {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]{2,29}\z")]
    private static partial Regex Name();

    [GeneratedRegex("\"http1\": ([0-9]+)")]
    private static partial Regex Port();
}
