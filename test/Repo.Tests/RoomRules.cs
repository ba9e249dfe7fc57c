namespace Tessera.Repo.Tests;

/// <summary>Who may reference whom (docs/architecture.md, "Rooms").</summary>
internal static class RoomRules
{
    private static readonly string[] BrokerPackages = ["RabbitMQ.Client", "Confluent.Kafka", "StackExchange.Redis"];
    private static readonly string[] Defaults =
        ["ServiceDefaults", "MessagingDefaults", "TextDefaults", "MailDefaults"];
    private static readonly string[] LibrariesOfServices = ["Messaging", "Messaging.EntityFramework"];

    public static IEnumerable<string> Violations(Project project)
    {
        if (project.Path.StartsWith("src/Messaging/", StringComparison.Ordinal)) return Library(project);
        if (project.Name is "Web" or "Ops") return Pages(project);
        if (project.Name == "PageDefaults") return Only(project, name => name == "ServiceDefaults");
        if (project.Name == "Stories") return Stories(project);
        if (project.Name == "Releasing")
            return Only(project, name => name is "Messaging.Postgres" or "Messaging.Sqlite");
        if (!project.Path.StartsWith("src/Services/", StringComparison.Ordinal)) return [];
        if (project.Name.EndsWith(".Contracts", StringComparison.Ordinal)) return Contracts(project);
        return project.Name switch
        {
            "TextDefaults" => Only(project, _ => false),
            "ServiceDefaults" => Only(project, name => name is "Messaging" or "TextDefaults"),
            "MailDefaults" => Only(project, name => name is "ServiceDefaults" or "Messaging"),
            // Redis is no broker there: gateways count a client's requests in it together.
            "Gateway" => Service(project, but: "StackExchange.Redis"),
            "MessagingDefaults" => Only(project, name => name == "ServiceDefaults" || IsLibrary(name)),
            _ => Service(project),
        };
    }

    /// <summary>More files in one folder than this are no longer one subject.</summary>
    public const int FilesMax = 25;

    /// <param name="files">All source files, by their paths.</param>
    public static IEnumerable<string> CrowdedFolders(IEnumerable<string> files) =>
        files.GroupBy(path => path[..Math.Max(0, path.LastIndexOf('/'))])
            .Where(folder => folder.Count() > FilesMax)
            .Select(folder => $"{folder.Key} has {folder.Count()} files: give them rooms by subject.");

    private static IEnumerable<string> Library(Project project) =>
        project.Name == "Messaging"
            ? Only(project, _ => false).Concat(Without(project, BrokerPackages))
            : Only(project, name => name == "Messaging");

    private static IEnumerable<string> Contracts(Project project) =>
        Only(project, _ => false).Concat(project.Packages.Select(
            package => $"{project.Name} uses the package {package}; contracts reference nothing."));

    private static IEnumerable<string> Service(Project project, string? but = null) =>
        Only(project, name => name.EndsWith(".Contracts", StringComparison.Ordinal)
            || Defaults.Contains(name) || LibrariesOfServices.Contains(name))
            .Concat(Without(project, [.. BrokerPackages.Where(package => package != but)]));

    // What an app shows it asks of the gateway.
    private static IEnumerable<string> Pages(Project project) =>
        Only(project, name => name.EndsWith(".Contracts", StringComparison.Ordinal)
            || name is "Design" or "PageDefaults" or "Stories" or "ServiceDefaults")
            .Concat(Without(project, BrokerPackages));

    // Told by the command line as well as by pages: what either needs to run stays out of it.
    private static IEnumerable<string> Stories(Project project) =>
        Only(project, name => name.EndsWith(".Contracts", StringComparison.Ordinal) || name == "TextDefaults");

    private static IEnumerable<string> Only(Project project, Func<string, bool> allowed) =>
        project.Projects.Where(name => !allowed(name)).Select(name => $"{project.Name} must not reference {name}.");

    private static IEnumerable<string> Without(Project project, string[] packages) =>
        project.Packages.Intersect(packages)
            .Select(package => $"{project.Name} must not use {package}: only its transport may.");

    private static bool IsLibrary(string name) =>
        name == "Messaging" || name.StartsWith("Messaging.", StringComparison.Ordinal);
}
