using System.CommandLine;

namespace Tessera.Cli.Shipping;

/// <summary>Builds container images and pushes them, each with its list of parts beside it.</summary>
internal static class ImageCommand
{
    public static Command Create()
    {
        var services = new Argument<string[]>("SERVICE")
        {
            Description = "Which, such as orders; all unless named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var registry = new Option<string?>("--registry")
        {
            Description = "Where to push, HOST:PORT. Without it they go to the Docker or Podman of this machine.",
            HelpName = "HOST:PORT",
        };
        var @base = new Option<string?>("--base")
        {
            Description = "Another base image than Microsoft's.",
            HelpName = "IMAGE",
        };
        var arch = new Option<string>("--arch") { DefaultValueFactory = _ => "x64", Description = "x64 or arm64." };
        arch.AcceptOnlyFromAmong("x64", "arm64");
        var tag = new Option<string?>("--tag") { Description = "Another tag than the version.", HelpName = "TAG" };
        var insecure = new Option<bool>("--insecure") { Description = "The registry has no TLS." };
        var noParts = new Option<bool>("--no-sbom") { Description = "Write no list of parts." };
        var command = new Command("image", "Build container images of the services.")
        {
            services, registry, @base, arch, tag, insecure, noParts,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var processes = Chosen(parsed.GetValue(services) ?? []);
            var build = new ImageBuild(
                parsed.GetValue(registry), parsed.GetValue(@base), parsed.GetValue(arch)!, parsed.GetValue(tag),
                parsed.GetValue(insecure));
            await build.PublishAsync(processes, stop);
            if (!parsed.GetValue(noParts))
            {
                foreach (var process in processes)
                    Console.WriteLine($"{process.Name}: {await PartsList.WriteAsync(process, stop)}");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<ListedProcess> Chosen(string[] names)
    {
        var all = ListedProcess.All();
        if (names.FirstOrDefault(name => all.All(process => process.Name != name)) is { } unknown)
        {
            throw new UserError(
                $"There is no service '{unknown}'; there are {string.Join(", ", all.Select(each => each.Name))}.",
                ExitCodes.Usage);
        }
        return [.. all.Where(process => names.Length == 0 || names.Contains(process.Name))];
    }
}
