// The one file of this package that is not the engine's: it stands in for sync_context.go, which
// needs a cluster, and gives the outside what a test asks for.
package sync

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/hook"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/ignore"
	kubeutil "github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
)

func obj(a, b *unstructured.Unstructured) *unstructured.Unstructured {
	if a != nil {
		return a
	}
	return b
}

func resourceResultKey(key kubeutil.ResourceKey, phase common.SyncPhase) string {
	return fmt.Sprintf("%s:%s", key.String(), phase)
}

// Task is one object that a sync applies in one phase.
type Task struct {
	Phase     string `json:"phase"`
	Wave      int    `json:"wave"`
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Hook      bool   `json:"hook"`
	// Object is the target's place among the objects that were given.
	Object int `json:"object"`
	// BeforeHookCreation says that a live object of that name is deleted first.
	BeforeHookCreation bool `json:"beforeHookCreation"`
}

// Role is what the engine makes of an annotated object: "resource" (tracked), "hook", "skipped"
// (in Git, neither applied nor compared) or "ignored" (a hook of no known type: dropped).
func Role(target *unstructured.Unstructured) string {
	switch {
	case ignore.Ignore(target):
		return "ignored"
	case hook.IsHook(target):
		return "hook"
	case hook.Skip(target):
		return "skipped"
	}
	return "resource"
}

// Order is getSyncTasks of sync_context.go for a cluster that allows everything and prunes nothing:
// resources and hooks, the namespace filled in, the engine's own sort.
func Order(targets []*unstructured.Unstructured, namespace string, skipHooks bool) []Task {
	// Fresh copies: Sort may change a task, and equal objects must stay apart.
	index := map[*unstructured.Unstructured]int{}
	copies := make([]*unstructured.Unstructured, len(targets))
	for i, target := range targets {
		copies[i] = target.DeepCopy()
		if copies[i].GetNamespace() == "" {
			copies[i].SetNamespace(namespace)
		}
		index[copies[i]] = i
	}
	resources, hooks := splitHooks(copies)
	tasks := syncTasks{}
	for _, target := range resources {
		for _, phase := range syncPhases(target) {
			tasks = append(tasks, &syncTask{phase: phase, targetObj: target})
		}
	}
	if !skipHooks {
		for _, target := range hooks {
			for _, phase := range syncPhases(target) {
				tasks = append(tasks, &syncTask{phase: phase, targetObj: target})
			}
		}
	}
	tasks.Sort()
	found := make([]Task, 0, len(tasks))
	for _, task := range tasks {
		live := &syncTask{targetObj: task.targetObj, liveObj: task.targetObj}
		found = append(found, Task{
			Phase: string(task.phase), Wave: task.wave(), Group: task.group(), Kind: task.kind(),
			Namespace: task.namespace(), Name: task.name(), Hook: task.isHook(),
			Object: index[task.targetObj], BeforeHookCreation: live.deleteBeforeCreation(),
		})
	}
	return found
}
