using System.Diagnostics;
using System.Text.Json;
using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

/// <summary>What Docker or Podman is told of a service in another language.</summary>
public sealed class ForeignImageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly ListedProcess notifications =
        ListedProcess.All().Single(each => each.Name == "notifications");

    [Fact]
    public void It_is_tagged_with_its_package_s_version_as_the_others_are_with_theirs()
    {
        Assert.Matches(@"^\d+\.\d+\.\d+$", notifications.Version);
        var image = new ForeignImage(notifications, new ImageBuild(null, null, "x64", null, IsInsecure: false));
        var words = image.BuildWords("abc");
        Assert.Contains($"tessera/notifications:{notifications.Version}", words);
        Assert.Contains("linux/amd64", words);
        Assert.Contains($"VERSION={notifications.Version}", words);
        Assert.Contains("REVISION=abc", words);
        Assert.Contains(words, word => word.StartsWith("SOURCE=", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(words[^1], "Dockerfile")));
    }

    [Fact]
    public void It_goes_to_the_registry_under_the_tag_that_was_asked_for()
    {
        var build = new ImageBuild("registry.example", null, "arm64", "next", IsInsecure: true);
        var image = new ForeignImage(notifications, build);
        const string name = "registry.example/tessera/notifications:next";
        Assert.Contains(name, image.BuildWords("abc"));
        Assert.Contains("linux/arm64", image.BuildWords("abc"));
        Assert.Equal(["push", "--tls-verify=false", name], image.PushWords("podman"));
        Assert.Equal(["push", name], image.PushWords("docker"));
    }

    [Fact]
    public void A_release_goes_to_the_repository_that_it_is_given()
    {
        var build = new ImageBuild("ghcr.io", null, "x64", null, IsInsecure: false);
        var image = new ForeignImage(notifications, build) { Repository = "tea/shop/notifications" };
        Assert.Equal(
            ["push", $"ghcr.io/tea/shop/notifications:{notifications.Version}"], image.PushWords("docker"));
    }

    [Fact]
    public async Task Without_npm_it_is_made_and_has_no_list_of_parts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pretended Docker is a script of a Unix shell.");
        using var folder = new TemporaryFolder();
        var told = folder.File("told");
        await File.WriteAllTextAsync(folder.File("docker"), $"#!/bin/sh\necho \"$1\" >>'{told}'\n", Stop);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.File("docker"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(folder.File("git"), Processes.Find("git")!);
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, [typeof(ImageBuild).Assembly.Location, "image", "notifications"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PATH"] = folder.Path;
        start.Environment["TESSERA_ROOT"] = SourceTree.Root;

        using var command = Process.Start(start)!;
        var said = command.StandardOutput.ReadToEndAsync(Stop);
        var complained = command.StandardError.ReadToEndAsync(Stop);
        await command.WaitForExitAsync(Stop).WithinAsync(Eventually.ProcessBound, Stop);

        Assert.Equal((0, ""), (command.ExitCode, await complained));
        Assert.Contains("notifications: no list of parts", await said, StringComparison.Ordinal);
        Assert.Equal(["info", "build"], await File.ReadAllLinesAsync(told, Stop));
    }

    [Fact]
    public async Task Its_list_of_parts_is_what_the_lock_file_pins_without_what_is_for_development()
    {
        if (Processes.Find("npm") is null) MissingServer.SkipOrFail("npm", "Node.js 20.6 or newer has it.");
        var parts = await PartsList.WriteAsync(notifications, Stop);
        using var list = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(SourceTree.Root, parts.Path), Stop));
        var names = list.RootElement.GetProperty("components").EnumerateArray()
            .Select(part => part.GetProperty("name").GetString()).ToHashSet();
        Assert.Equal(parts.Count, list.RootElement.GetProperty("components").GetArrayLength());
        Assert.Contains("kafkajs", names);
        Assert.DoesNotContain("vitest", names);
    }
}
