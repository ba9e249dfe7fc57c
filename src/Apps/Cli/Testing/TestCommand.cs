using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Testing;

internal static class TestCommand
{
    public static Command Create()
    {
        var filter = new Option<string?>("--filter")
        {
            Description = "Only tests whose full name (namespace, class, method) contains this.",
            HelpName = "TEXT",
        };
        var projects = new Option<string[]>("--project")
        {
            Description = "Only these test projects, such as Orders.Tests.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var list = new Option<bool>("--list") { Description = "Name the test projects and run nothing." };
        var noServers = new Option<bool>("--no-servers")
        {
            Description = "Do not install missing servers; tests that need them are skipped with the reason.",
        };
        var changed = new Option<bool>("--changed")
        {
            Description = "Only the projects that a change since --since, committed or not, can have broken.",
        };
        var since = new Option<string>("--since")
        {
            Description = "What --changed compares with: a commit, tag or branch.",
            HelpName = "REVISION",
            DefaultValueFactory = _ => "HEAD",
        };
        var record = new Option<bool>("--record")
        {
            Description = "Write what each project needed to test/timings.csv, by which runs are scheduled.",
        };
        var all = new Option<bool>("--all")
        {
            Description = "Also the long forms of tests that are run in a short one otherwise: Rolling, for hours.",
        };
        var command = new Command("test", "Build everything and run every test, with the real servers that can be had.")
        {
            filter, projects, changed, since, list, noServers, record, all,
        };
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(record) && parsed.GetValue(filter) is not null)
                throw new UserError("--record measures whole projects; leave out --filter.", ExitCodes.Usage);
            if (parsed.GetValue(record) && parsed.GetValue(all))
                throw new UserError("--record measures what runs every time; leave out --all.", ExitCodes.Usage);
            var wanted = parsed.GetValue(projects) ?? [];
            var found = TestProject.All()
                .Where(project => wanted.Length == 0 || wanted.Contains(project.Name)).ToList();
            if (wanted.Except(found.Select(project => project.Name)).FirstOrDefault() is { } unknown)
            {
                var known = string.Join(", ", TestProject.All().Select(project => project.Name));
                throw new UserError($"There is no test project '{unknown}'; there are {known}.", ExitCodes.Usage);
            }
            if (parsed.GetValue(changed))
            {
                var changes = new ChangedProjects(SourceTree.Root);
                found = [.. changes.Of(await changes.FilesSinceAsync(parsed.GetValue(since)!, stop), found)];
                if (found.Count == 0) Console.WriteLine("Nothing has changed that a test depends on.");
            }
            if (parsed.GetValue(list))
            {
                foreach (var project in found) Console.WriteLine(project.Name);
                return ExitCodes.Ok;
            }
            return await TestRun.RunAsync(
                found,
                new TestRunOptions(
                    parsed.GetValue(filter), !parsed.GetValue(noServers), parsed.GetValue(record),
                    parsed.GetValue(all)),
                stop);
        });
        return command;
    }
}
