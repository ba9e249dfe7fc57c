using System.CommandLine;
using Tessera.Cli.Shipping.Registries;

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
            Description = "Another base image than Microsoft's, for those of .NET.",
            HelpName = "IMAGE",
        };
        var arch = new Option<string>("--arch") { DefaultValueFactory = _ => "x64", Description = "x64 or arm64." };
        arch.AcceptOnlyFromAmong("x64", "arm64");
        var tag = new Option<string?>("--tag") { Description = "Another tag than the version.", HelpName = "TAG" };
        var insecure = new Option<bool>("--insecure") { Description = "The registry has no TLS." };
        var noParts = new Option<bool>("--no-sbom") { Description = "Write no list of parts, and push none." };
        var command = new Command("image", "Build container images of the services.")
        {
            services, registry, @base, arch, tag, insecure, noParts,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var named = parsed.GetValue(services) ?? [];
            var isWithParts = !parsed.GetValue(noParts);
            var build = new ImageBuild(
                parsed.GetValue(registry), parsed.GetValue(@base), parsed.GetValue(arch)!, parsed.GetValue(tag),
                parsed.GetValue(insecure));
            var processes = Chosen(named);
            if (processes.Exists(each => !each.IsForeign))
                await build.PublishAsync([.. processes.Where(each => !each.IsForeign)], stop);
            foreach (var foreign in processes.Where(each => each.IsForeign).ToList())
            {
                if (await ForeignImage.FindBuilderAsync(stop) is { } builder)
                {
                    await new ForeignImage(foreign, build).PublishAsync(builder, stop);
                    if (!isWithParts || Processes.Find("npm") is not null) continue;
                    Console.WriteLine($"{foreign.Name}: no list of parts, which is npm's, and npm is not here");
                }
                else
                {
                    const string missing = "neither Docker nor Podman answers here";
                    // Who asked for all gets the others: a store is whole without it.
                    if (named.Length > 0)
                        throw new UserError($"The image of {foreign.Name} cannot be made: {missing}.");
                    Console.WriteLine($"{foreign.Name}: left out, {missing}");
                }
                processes.Remove(foreign);
            }
            if (isWithParts)
            {
                foreach (var process in processes) await WritePartsAsync(process, build, stop);
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task WritePartsAsync(ListedProcess process, ImageBuild build, CancellationToken stop)
    {
        var parts = await PartsList.WriteAsync(process, stop);
        Console.WriteLine($"{process.Name}: {parts}");
        if (build.Registry is null) return;
        var registry = ImageRegistry.At(build.Registry, "tessera/" + process.Name, build.IsInsecure);
        var artifact = await parts.AttachAsync(registry, build.Tag ?? process.Version, stop);
        Console.WriteLine($"{process.Name}: beside the image as {artifact}");
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
