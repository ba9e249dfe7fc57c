using k8s;
using k8s.Models;
using Tessera.Delivery.Tests.Manifests;
using Tessera.Testing;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>
/// The rendered overlay as far as <c>podman kube play</c> 4.3 can play it. What it skips or mistakes is left out or
/// stands for itself otherwise: Services (an alias in the network of the containers is their name, and as theirs stands
/// for all replicas), StatefulSets and Jobs (played as the pods that they would make), volumes of Secrets (the folders
/// that they were made of are mounted), probes (HTTP ones run curl inside of the container), hooks and grace, policies,
/// service accounts, spreads and limits. Only the store's public address is another one, and what runs
/// often is compiled anew later.
/// </summary>
internal sealed class PlayableManifests(string rendered, string secrets, string registry, int port)
{
    /// <summary>Where the servers are: in the containers' own list of hosts. A cluster's names stay what they are while
    /// a pod comes or goes; Podman's resolver knows none for a moment.</summary>
    public Dictionary<string, string> ServerAddresses { get; } = [];

    /// <summary>A server of the overlay, and the volume for its data.</summary>
    public string Server(string name)
    {
        var set = All<V1StatefulSet>().Single(each => each.Metadata.Name == name);
        var pod = set.Spec.Template.Spec;
        List<V1PersistentVolumeClaim> claims = [.. set.Spec.VolumeClaimTemplates];
        foreach (var claim in claims)
        {
            pod.Volumes.Add(new V1Volume
            {
                Name = claim.Metadata.Name,
                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = ClaimOf(claim) },
            });
            claim.Metadata.Name = ClaimOf(claim);
            (claim.ApiVersion, claim.Kind) = ("v1", "PersistentVolumeClaim");
        }
        Simplify(pod, name, name);
        return KubernetesYaml.SerializeAll([.. claims, PodOf(name, set.Spec.Template)]);

        string ClaimOf(V1PersistentVolumeClaim claim) => $"{claim.Metadata.Name}-{name}-0";
    }

    /// <summary>The pod of a migration's Job.</summary>
    /// <returns>The name of its container, and the manifest.</returns>
    public (string Container, string Manifest) Migration(string name)
    {
        var job = All<V1Job>().Single(each => each.Spec.Template.Spec.Containers[0].Name == name);
        Simplify(job.Spec.Template.Spec, name, job.Metadata.Name);
        AddRegistry(job.Spec.Template.Spec);
        return ($"{job.Metadata.Name}-{name}",
            KubernetesYaml.SerializeAll([Settings(), PodOf(job.Metadata.Name, job.Spec.Template)]));
    }

    /// <summary>A process of the list: settings, claims and one replica.</summary>
    /// <param name="tag">Of its image, instead of the manifests'; such a replica is called <c>NAME-next</c>.</param>
    public string Process(string name, string? tag = null)
    {
        var deployment = All<V1Deployment>().Single(each => each.Metadata.Name == name);
        deployment.Spec.Replicas = 1;
        var pod = deployment.Spec.Template.Spec;
        var claims = All<V1PersistentVolumeClaim>().Where(claim =>
            pod.Volumes.Any(volume => volume.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name)).ToList();
        if (tag is not null) deployment.Metadata.Name = name + "-next";
        Simplify(pod, name, deployment.Metadata.Name);
        AddRegistry(pod);
        var container = pod.Containers.Single();
        if (tag is not null) container.Image = container.Image[..(container.Image.LastIndexOf(':') + 1)] + tag;
        if (name == "gateway")
        {
            container.Ports = [.. container.Ports.Where(each => each.Name == "http")];
            (container.Ports[0].HostIP, container.Ports[0].HostPort) = ("127.0.0.1", port);
        }
        return KubernetesYaml.SerializeAll([.. claims, Settings(), deployment]);
    }

    /// <summary>The container of the one replica of <see cref="Process"/>.</summary>
    public static string ContainerOf(string name, bool isNext = false) =>
        $"{name}{(isNext ? "-next" : "")}-pod-0-{name}";

    private IEnumerable<T> All<T>() => RenderedManifests.Read(rendered).OfType<T>();

    private V1ConfigMap Settings()
    {
        var settings = All<V1ConfigMap>().Single();
        settings.Metadata.NamespaceProperty = null;
        foreach (var (name, value) in CompiledAhead.QuickStart) settings.Data[name] = value;
        settings.Data["Tessera__PublicUrl"] = $"http://127.0.0.1:{port}/";
        // A connection that is late, on a disk that thirty other tests write to, is no news of a replacement. How long
        // a statement may take stays as it is: one that hangs because of the replacement is to be seen.
        settings.Data["Database__ConnectTimeout"] = "00:01:00";
        return settings;
    }

    private static V1Pod PodOf(string name, V1PodTemplateSpec template) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta { Name = name, Labels = template.Metadata.Labels },
        Spec = template.Spec,
    };

    private void AddRegistry(V1PodSpec pod)
    {
        foreach (var container in pod.Containers) container.Image = $"{registry}/{container.Image}";
    }

    private void Simplify(V1PodSpec pod, string name, string unique)
    {
        pod.TopologySpreadConstraints = null;
        pod.HostAliases =
        [
            .. ServerAddresses.Select(server => new V1HostAlias { Ip = server.Value, Hostnames = [server.Key] }),
        ];
        pod.ServiceAccountName = null;
        pod.TerminationGracePeriodSeconds = null;
        foreach (var volume in pod.Volumes.Where(volume => volume.Secret is not null))
        {
            volume.Secret = null;
            volume.HostPath = new V1HostPathVolumeSource { Path = Path.Combine(secrets, name), Type = "Directory" };
        }
        var container = pod.Containers.Single();
        container.LivenessProbe = container.ReadinessProbe = container.StartupProbe = null;
        // Or this version takes each for a port of the machine, where somebody else may listen.
        if (name != "gateway") container.Ports = null;
        container.Lifecycle = null;
        container.Resources = null;
        // This version gives all pods the empty folder that one of them has given a name.
        foreach (var volume in pod.Volumes.Where(volume => volume.EmptyDir is not null))
        {
            var own = $"{unique}-{volume.Name}";
            foreach (var mount in container.VolumeMounts.Where(mount => mount.Name == volume.Name)) mount.Name = own;
            volume.Name = own;
        }
    }
}
