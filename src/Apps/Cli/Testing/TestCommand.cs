using System.CommandLine;

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
        var command = new Command("test", "Build everything and run every test, with the real servers that can be had.")
        {
            filter, projects, list, noServers,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var wanted = parsed.GetValue(projects) ?? [];
            var found = TestProject.All()
                .Where(project => wanted.Length == 0 || wanted.Contains(project.Name)).ToList();
            if (wanted.Except(found.Select(project => project.Name)).FirstOrDefault() is { } unknown)
            {
                var known = string.Join(", ", TestProject.All().Select(project => project.Name));
                throw new UserError($"There is no test project '{unknown}'; there are {known}.", ExitCodes.Usage);
            }
            if (parsed.GetValue(list))
            {
                foreach (var project in found) Console.WriteLine(project.Name);
                return ExitCodes.Ok;
            }
            return await TestRun.RunAsync(found, parsed.GetValue(filter), !parsed.GetValue(noServers), stop);
        });
        return command;
    }
}
